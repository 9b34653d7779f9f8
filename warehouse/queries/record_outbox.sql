-- Deliveries to make, one per alert and channel.
insert into deliveries (alert_id, channel, state, attempts) select alert_id, channel, 'pending', 0 from incoming;
