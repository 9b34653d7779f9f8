-- Alerts about a story, the oldest first, with the state of their deliveries.
select
    a.alert_id, a.topic_id, a.kind, a.raised_at, a.title,
    coalesce(list(struct_pack(d.channel, d.state) order by d.channel) filter (d.state is not null), []) as deliveries
from alerts a
left join deliveries d using (alert_id)
where a.story_id = $story_id
group by all
order by a.raised_at, a.alert_id;
