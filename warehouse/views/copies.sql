-- One row per copy or rewrite: what it was taken from, how long after, and what was added and cut.
create or replace view copies as
with pairs as (
    select
        s.story_id, s.article_id, s.original_article_id, c.source_id, o.source_id as original_source_id, s.relation,
        s.similarity,
        if('day' in (c.published_precision, o.published_precision), null, c.published_at - o.published_at) as delay,
        state.sentences_of(c.body) as sentences, state.sentences_of(o.body) as original_sentences,
        regexp_extract_all(lower(c.body), '[\pL\pN]+') as words,
        regexp_extract_all(lower(o.body), '[\pL\pN]+') as original_words
    from story_articles s
    join state.articles c using (article_id)
    join state.articles o on o.article_id = s.original_article_id
    where s.relation in ('copy', 'rewrite')
),
counted as (
    select *, list_histogram(words) as times, list_histogram(original_words) as original_times
    from pairs
),
shared as (  -- each word as often as both have it
    select
        *,
        coalesce(list_sum(list_transform(
            map_entries(times), lambda word: least(word.value, coalesce(original_times[word.key], 0))
        )), 0)::integer as words_shared
    from counted
)
select
    story_id, article_id, original_article_id, source_id, original_source_id, relation, similarity, delay,
    (len(words) - words_shared)::integer as words_added, (len(original_words) - words_shared)::integer as words_removed,
    ((words_added + words_removed) / (len(words) + len(original_words)))::float as share_changed,
    state.missing_from(original_sentences, sentences) as sentences_added,
    state.missing_from(sentences, original_sentences) as sentences_removed
from shared;
