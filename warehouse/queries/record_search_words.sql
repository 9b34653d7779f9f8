-- New words with their stems, numbered on from the last.
insert into state.search_words
select word, stem, row_number() over (order by word) + coalesce((select max(word_id) from state.search_words), 0)
from incoming;
