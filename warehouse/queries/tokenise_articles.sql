-- The words of the next articles whose text the index of words does not have: how often each stands in the text, and
-- whether in the headline.
create or replace temp table tokens as
with pending as materialized (
    select a.rowid as place, a.article_id, a.text_hash
    from state.articles a
    where a.article_id in (select article_id from state.pending_articles)
),
indexed as materialized (
    select article_id, text_hash from state.search_documents where article_id in (select article_id from pending)
),
chosen as materialized (
    select p.place from pending p anti join indexed using (article_id, text_hash) limit $batch
),
next as materialized (
    select article_id, text_hash, title, body from state.articles where rowid in (select place from chosen)
),
words as (
    select article_id, text_hash, true as in_title, unnest(state.words_of(title)) as word from next
    union all
    select article_id, text_hash, false, unnest(state.words_of(body)) from next
)
select article_id, text_hash, left(word, 50) as word, count(*) as count, bool_or(in_title) as in_title
from words
group by all;
