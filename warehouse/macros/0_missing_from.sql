-- A macro: the sentences that others lack word for word, in order.
create or replace macro state.missing_from(others, sentences) as
list_filter(sentences, lambda sentence: sentence <> '' and not list_contains(others, sentence));
