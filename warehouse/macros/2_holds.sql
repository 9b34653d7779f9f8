-- A macro: whether words stand in a text one after the other, whatever is between them that is no word.
create or replace macro state.holds(given, words) as
contains(' ' || array_to_string(state.words_of(given), ' ') || ' ', ' ' || array_to_string(words, ' ') || ' ');
