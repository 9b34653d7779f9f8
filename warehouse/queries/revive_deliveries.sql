-- Deliveries that were given up are made again: of one message, or all of them.
update deliveries set state = 'pending', failed_at = null, next_attempt_at = null
where state = 'dead' and alert_id = coalesce($alert_id, alert_id);
