-- One message to a desk.
select m.alert_id, m.topic_id, m.kind, m.raised_at, m.title, m.text, a.story_id, s.title as story_title
from messages m
left join alerts a using (alert_id)
left join stories s using (story_id)
where m.alert_id = $alert_id;
