-- Deliveries of such messages that did not arrive yet.
delete from deliveries
where state <> 'sent' and alert_id in (select alert_id from alerts where emptied_at is not null);
