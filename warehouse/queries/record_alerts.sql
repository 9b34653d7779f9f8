-- Alerts, before anything is sent.
insert into alerts (alert_id, topic_id, story_id, kind, raised_at, title, text)
select alert_id, topic_id, story_id, kind, raised_at, title, text from incoming;
