-- One row per text that opens sentences of many sampled articles, or is such a sentence: how often,
-- where, and what stands behind it.
with days as (
    select source_id, seen_at::date as day, count(*) as articles from sampled_articles group by all
),
title_words as materialized (
    select distinct source_id, unit, unnest(regexp_extract_all(lower(title), '[\p{L}\d]{2,}')) as word
        from sampled_articles
),
usual_words as (
    select w.source_id, word, count(*) / any_value(z.sampled) as share
    from title_words w join sampled_sizes z using (source_id)
    group by all
),
bearers as materialized (
    select distinct t.source_id, t.whole, t.text, t.unit from sampled_texts t
        join sampled_counts c using (source_id, whole, text)
),
cohesion as (
    select source_id, whole, text, max(found.share) as title_share
    from (
        select b.source_id, b.whole, b.text, w.word, count(*) / any_value(c.articles) as share
        from bearers b
        join sampled_counts c using (source_id, whole, text)
        join title_words w on w.source_id = b.source_id and w.unit = b.unit
        group by all
    ) found
    join usual_words u using (source_id, word)
    where found.share >= 3 * u.share
    group by all
),
spread as (
    select
        source_id, whole, text, sum(stories) as stories, count(*) as days, min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at, sum(found.articles) / sum(d.articles) as day_share
    from (
        select b.source_id, b.whole, b.text, a.seen_at::date as day, count(*) as articles,
            count(distinct a.story_id) as stories,
            min(a.seen_at) as first_seen_at, max(a.seen_at) as last_seen_at
        from bearers b
        join sampled_articles a on a.source_id = b.source_id and a.unit = b.unit
        group by all
    ) found
    join days d using (source_id, day)
    group by source_id, whole, text
)
select
    c.source_id, c.text, c.whole, c.articles, z.sampled, p.stories, p.days, z.days as source_days, p.day_share,
    p.first_seen_at, p.last_seen_at,
    c.first_share, c.capital_share, c.opener_share, c.tail_share, coalesce(h.title_share, 0) as title_share
from sampled_counts c
join sampled_sizes z using (source_id)
join spread p using (source_id, whole, text)
left join cohesion h using (source_id, whole, text)
where c.whole or c.next_share <= $branching
order by c.text, c.whole;
