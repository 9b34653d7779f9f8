-- A macro: the sentence of a text with most of these words, the first of equals, and which of them it holds. A
-- sentence ends at a line's end, or at a mark before a space and a capital; not after one or two letters, which are a
-- title or an initial ("Dr. Ani", "Jl. Merdeka").
create or replace macro state.passage_of(given, words) as
list_max(list_transform(
    string_split(
        regexp_replace(
            given,
            '((?:\p{Ll}\p{Ll}|\p{Lu}\p{Lu}|[\p{N}%)\]"”’])[.!?…]+["”’)\]]*)\s+(["“‘(\[]*\p{Lu})',
            '\1' || chr(10) || '\2',
            'g'
        ),
        chr(10)
    ),
    lambda sentence, position: {
        'found': len(list_intersect(state.words_of(sentence), words)),
        'nearness': -position,
        'sentence': trim(sentence),
        'words': list_intersect(state.words_of(sentence), words)
    }
));
