-- The alerts raised in a night, the oldest first, with the state of their deliveries.
select
    a.alert_id, a.topic_id, coalesce(t.title, a.topic_id) as topic, a.story_id, a.kind, a.raised_at, a.title, a.text,
    coalesce(
        (
            select list({channel: d.channel, state: d.state} order by d.channel)
            from deliveries d
            where d.alert_id = a.alert_id
        ),
        []
    ) as deliveries
from alerts a
left join topics t using (topic_id)
where a.raised_at > $since and a.raised_at <= $until
order by a.raised_at, a.topic_id, a.alert_id;
