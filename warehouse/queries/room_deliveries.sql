-- The deliveries of a message, by channel.
select channel, state, attempts, last_error, sent_at, failed_at, next_attempt_at
from deliveries
where alert_id = $alert_id
order by channel;
