-- Alerts, before anything is sent.
insert into alerts (alert_id, topic_id, story_id, kind, raised_at, raised_on, title, text)
select alert_id, topic_id, story_id, kind, raised_at, local_day(raised_at), title, text from incoming;
