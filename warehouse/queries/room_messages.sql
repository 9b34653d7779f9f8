-- Messages to the desks, the newest first, with the states of their deliveries; only of one topic, if one is given;
-- `after`: a message of the page before.
with listed as (
    select m.alert_id, m.topic_id, m.kind, m.raised_at, m.title, a.story_id
    from messages m
    left join alerts a using (alert_id)
    where ($topic_id is null or m.topic_id = $topic_id) and ($with_heartbeats or m.kind <> 'heartbeat')
),
last as (select row(raised_at, alert_id) as place from listed where alert_id = $after),
shown as (
    from listed
    where not exists (from last) or row(raised_at, alert_id) < (select place from last)
    order by raised_at desc, alert_id desc
    limit $most
)
select
    s.*,
    coalesce(list(struct_pack(d.channel, d.state) order by d.channel) filter (d.state is not null), []) as deliveries
from shown s
left join deliveries d using (alert_id)
group by all
order by s.raised_at desc, s.alert_id desc;
