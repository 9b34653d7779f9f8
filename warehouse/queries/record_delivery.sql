-- How one attempt at a delivery ended.
update deliveries set
    attempts = attempts + 1,
    state = case when $error is null then 'sent' else state end,
    last_error = $error,
    sent_at = case when $error is null then $at::timestamptz end
where alert_id = $alert_id and channel = $channel;
