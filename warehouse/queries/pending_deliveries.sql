-- Deliveries that have not arrived, in the order in which their alerts were raised.
select d.channel, a.alert_id, a.topic_id, a.story_id, a.kind, a.raised_at, a.title, a.text
from deliveries d
join alerts a using (alert_id)
where d.state = 'pending'
order by a.raised_at, a.alert_id, d.channel;
