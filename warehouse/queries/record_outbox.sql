-- Deliveries to make, one per message and channel; one that stands there stays as it is.
insert into deliveries (alert_id, channel, state, attempts)
select distinct n.alert_id, n.channel, 'pending', 0
from incoming n
where not exists (from deliveries d where d.alert_id = n.alert_id and d.channel = n.channel);
