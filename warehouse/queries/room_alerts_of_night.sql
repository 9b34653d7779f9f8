-- Alerts of one day in Jakarta, in the order in which they were raised.
select alert_id, topic_id, story_id, kind, raised_at, title from alerts where raised_on = $day order by raised_at, alert_id;
