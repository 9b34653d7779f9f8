-- Words of the tokenised articles that the index does not know.
select distinct word from tokens anti join state.search_words using (word) order by word;
