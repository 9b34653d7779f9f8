-- Nothing more is sent to a channel before it is ready again.
update deliveries set next_attempt_at = greatest(coalesce(next_attempt_at, $until), $until)
where channel = $channel and state = 'pending';
