-- Words that no text holds any more.
delete from state.search_words where word_id not in (select word_id from state.search_postings);
