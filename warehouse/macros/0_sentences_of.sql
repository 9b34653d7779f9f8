-- A macro: the sentences of a text, in order. A sentence ends at a line's end, or at a mark before a space and a
-- capital; not after one or two letters, which are a title or an initial ("Dr. Ani", "Jl. Merdeka").
create or replace macro state.sentences_of(given) as
list_transform(
    string_split(
        regexp_replace(
            given,
            '((?:\p{Ll}\p{Ll}|\p{Lu}\p{Lu}|[\p{N}%)\]"”’])[.!?…]+["”’)\]]*)\s+(["“‘(\[]*\p{Lu})',
            '\1' || chr(10) || '\2',
            'g'
        ),
        chr(10)
    ),
    lambda sentence: trim(sentence)
);
