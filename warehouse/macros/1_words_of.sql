-- A macro: the words of a text, in their order, in lower case and without accents. What is indexed and what is asked
-- are read alike.
create or replace macro state.words_of(given) as regexp_extract_all(lower(strip_accents(given)), '[\p{L}\p{N}]+');
