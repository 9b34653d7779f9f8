-- Deliveries of no message.
select d.alert_id, d.channel from deliveries d where not exists (from messages m where m.alert_id = d.alert_id);
