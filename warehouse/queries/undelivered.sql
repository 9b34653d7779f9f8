-- How many deliveries wait or were given up, by channel; how many of those that wait have failed.
select
    channel, state, count(*)::integer as deliveries, count(failed_at)::integer as failed,
    max(last_error) as last_error
from deliveries
where state <> 'sent'
group by channel, state
order by channel, state;
