-- How one attempt ended, at one delivery or at those that went out in one message.
update deliveries d set
    attempts = d.attempts + 1,
    state = n.state,
    last_error = n.error,
    failed_at = case when n.state <> 'sent' then coalesce(d.failed_at, n.tried_at) end,
    next_attempt_at = n.next_attempt_at,
    sent_at = case when n.state = 'sent' then n.tried_at end
from incoming n
where d.alert_id = n.alert_id and d.channel = n.channel;
