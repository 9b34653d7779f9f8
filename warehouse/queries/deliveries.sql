-- Every message with the state of each of its deliveries, newest first; 'no channel' if it has
-- none.
select
    m.raised_at, m.alert_id, m.topic_id, m.kind, d.channel, coalesce(d.state, 'no channel') as state, d.attempts,
    d.next_attempt_at,
    d.last_error, d.sent_at, m.title
from messages m
left join deliveries d using (alert_id)
where coalesce(d.state, 'no channel') = coalesce($state, d.state, 'no channel')
order by m.raised_at desc, m.alert_id, d.channel;
