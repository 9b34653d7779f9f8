-- The words of the next articles whose text the index of words does not have: how often each stands in the text, and
-- whether in the headline.
create or replace temp table tokens as
with next as materialized (
    select article_id, text_hash, title, body
    from state.articles a
    where not exists (
        from state.search_documents d where d.article_id = a.article_id and d.text_hash = a.text_hash
    )
    limit $batch
),
words as (
    select article_id, text_hash, true as in_title, unnest(state.words_of(title)) as word from next
    union all
    select article_id, text_hash, false, unnest(state.words_of(body)) from next
)
select article_id, text_hash, left(word, 50) as word, count(*) as count, bool_or(in_title) as in_title
from words
group by all;
