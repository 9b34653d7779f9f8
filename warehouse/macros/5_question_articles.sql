-- A macro: the articles that the outlets, topics and days in a question leave; days are those of the desk. Their
-- texts are not looked at.
create or replace macro state.question_articles(question) as table
with parts as materialized (from state.question_parts(question)),
outlets as (
    select o.source_id, bool_or(not p.refused) as asked, bool_or(p.refused) as refused
    from parts p
    join sources o on lower(p.value) in (lower(o.source_id), lower(o.name))
    where p.operator = 'outlet'
    group by o.source_id
),
topics as (
    select h.article_id, bool_or(not p.refused) as asked, bool_or(p.refused) as refused
    from parts p
    join state.topic_hits h on lower(h.topic_id) = lower(p.value)
    where p.operator = 'topic'
    group by h.article_id
),
given as (
    select
        coalesce(bool_or(operator = 'outlet' and not refused), false) as by_outlet,
        coalesce(bool_or(operator = 'topic' and not refused), false) as by_topic,
        coalesce(bool_or(operator = 'topic'), false) as of_topics,
        cast(max(day) filter (where operator = 'after' and not refused) as timestamp)
            at time zone 'Asia/Jakarta' as after,
        cast(min(day) filter (where operator = 'before' and not refused) as timestamp)
            at time zone 'Asia/Jakarta' as before
    from parts
)
select a.rowid as place, a.article_id, coalesce(a.published_at, a.first_seen_at) as seen_at
from state.articles a
cross join given g
where (not g.by_outlet or a.source_id in (select source_id from outlets where asked))
    and a.source_id not in (select source_id from outlets where refused)
    and (not g.by_topic or a.article_id in (select article_id from topics where asked))
    and (not g.of_topics or a.article_id not in (select article_id from topics where refused))
    and (g.after is null or coalesce(a.published_at, a.first_seen_at) >= g.after)
    and (g.before is null or coalesce(a.published_at, a.first_seen_at) < g.before);
