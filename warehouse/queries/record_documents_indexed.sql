-- The tokenised articles, numbered on from the last.
insert into state.search_documents
select
    row_number() over (order by article_id)
        + greatest(
            coalesce((select max(document_id) from state.search_documents), 0),
            coalesce((select max(document_id) from state.search_postings), 0)
        ),
    article_id, text_hash, sum(count), count(*)
from tokens
group by article_id, text_hash;
