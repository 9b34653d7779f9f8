-- Messages of a topic that have not arrived in one of its channels, though the first try was a
-- while ago.
select distinct d.alert_id
from deliveries d
join messages m using (alert_id)
where m.topic_id = $topic_id and d.state = 'pending' and d.failed_at <= $before and list_contains(from_json_strict($channels, '["VARCHAR"]'), d.channel);
