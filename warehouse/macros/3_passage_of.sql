-- A macro: the sentence of a text with most of these words, the first of equals, and which of them it holds.
create or replace macro state.passage_of(given, words) as
list_max(list_transform(
    state.sentences_of(given),
    lambda sentence, position: {
        'found': len(list_intersect(state.words_of(sentence), words)),
        'nearness': -position,
        'sentence': sentence,
        'words': list_intersect(state.words_of(sentence), words)
    }
));
