-- The words of the next articles whose text the index of words does not have, without accents and in lower case: how often each stands in
-- the headline and in the body.
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
    select article_id, text_hash, true as in_title, unnest(regexp_extract_all(lower(strip_accents(title)), '[\p{L}\p{N}]+')) as word from next
    union all
    select article_id, text_hash, false, unnest(regexp_extract_all(lower(strip_accents(body)), '[\p{L}\p{N}]+')) from next
)
select article_id, text_hash, word, count(*) as count, bool_or(in_title) as in_title
from words
where len(word) <= 50
group by article_id, text_hash, word;
