-- Which words the tokenised articles hold; sorted by word, so that a search passes most blocks over.
insert into state.search_postings
select w.word_id, d.document_id, least(t.count, 255), t.in_title
from tokens t
join state.search_words w using (word)
join state.search_documents d using (article_id, text_hash)
order by w.word_id;
