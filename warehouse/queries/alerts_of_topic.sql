-- The alerts of a topic, by story, oldest first.
select story_id, alert_id, kind, raised_at from alerts
where topic_id = $topic_id
order by story_id, raised_at, alert_id;
