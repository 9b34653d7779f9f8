-- All alerts, oldest first.
select alert_id, topic_id, story_id, kind, raised_at, title, text from alerts order by raised_at, alert_id;
