-- One row per copy or rewrite: what it was taken from, how long after, and what was added and cut.
create or replace view copies as
with pairs as (
    select
        s.story_id, s.article_id, s.original_article_id, c.source_id, o.source_id as original_source_id, s.relation,
        s.similarity,
        if('day' in (c.published_precision, o.published_precision), null, c.published_at - o.published_at) as delay,
        -- of the copy and of the original
        list_transform([c.body, o.body], lambda body: state.sentences_of(body)) as sentences,
        list_transform([c.body, o.body], lambda body: regexp_extract_all(lower(body), '[\pL\pN]+')) as words
    from story_articles s
    join state.articles c using (article_id)
    join state.articles o on o.article_id = s.original_article_id
    where s.relation in ('copy', 'rewrite')
),
surplus as (  -- how many more times the copy has a word; fewer: negative
    select article_id, word, sum(times) as times
    from (
        select article_id, unnest(words[1]) as word, 1 as times from pairs
        union all
        select article_id, unnest(words[2]), -1 from pairs
    )
    group by all
),
counted as (
    select article_id, sum(greatest(times, 0))::integer as added, sum(greatest(-times, 0))::integer as removed
        from surplus group by article_id
)
select
    p.story_id, p.article_id, p.original_article_id, p.source_id, p.original_source_id, p.relation, p.similarity,
    p.delay,
    n.added as words_added, n.removed as words_removed,
    ((n.added + n.removed) / (len(p.words[1]) + len(p.words[2])))::float as share_changed,
    state.missing_from(p.sentences[2], p.sentences[1]) as sentences_added,
    state.missing_from(p.sentences[1], p.sentences[2]) as sentences_removed
from pairs p
join counted n using (article_id);
