-- One row per topic that anything was recorded of.
with hits as (
    select
        h.topic_id, count(*) filter (h.strength = 'subject') as subjects,
        count(*) filter (h.strength = 'mention') as mentions, max(coalesce(a.published_at, a.first_seen_at)) as newest_at
    from state.topic_hits h
    join state.articles a using (article_id)
    group by h.topic_id
),
told as (select topic_id, count(*) as alerts, max(raised_at) as alerted_at from alerts group by topic_id),
looked as (select topic_id, max(looked_at) as looked_at, arg_max(missed, looked_at) as missed from heartbeats group by topic_id),
known as (select topic_id from hits union select topic_id from told union select topic_id from looked)
select
    topic_id, coalesce(h.subjects, 0) as subjects, coalesce(h.mentions, 0) as mentions, h.newest_at,
    coalesce(t.alerts, 0) as alerts, t.alerted_at, l.looked_at, l.missed
from known
left join hits h using (topic_id)
left join told t using (topic_id)
left join looked l using (topic_id)
where $topic_id is null or topic_id = $topic_id
order by topic_id;
