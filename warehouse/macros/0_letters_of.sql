-- A macro: the letters and digits of a name in lower case, by which its spellings are one: ANTARA News, Antaranews.
create or replace macro state.letters_of(name) as lower(regexp_replace(name, '[^\pL\pN]', '', 'g'));
