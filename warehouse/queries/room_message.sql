-- One message to a desk.
select m.alert_id, m.topic_id, m.kind, m.raised_at, m.title, m.text, a.story_id
from messages m
left join alerts a using (alert_id)
where m.alert_id = $alert_id;
