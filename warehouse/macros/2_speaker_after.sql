-- A macro: the speaker that what follows a quotation names: "…," kata ANI; "…," ANI menjelaskan. NULL or empty if it
-- names none. Few quotations get past the cheap conditions to the pattern of a name.
create or replace macro state.speaker_after(following) as
case
    when regexp_matches(following, '^[,.]?\s*(?:(?:[Dd]emikian|[Bb]egitu) )?(?:' || state.speech_verbs() || ')\b')
        then regexp_extract(
            following,
            '^[,.]?\s*(?:(?:[Dd]emikian|[Bb]egitu) )?(?:' || state.speech_verbs() || '),? (' || state.name() || ')', 1
        )
    when regexp_matches(following, '^,?\s*\p{Lu}[^.":?!,]* (?:' || state.telling_verbs() || ')\b')
        then regexp_extract(following, '^,?\s*(' || state.name() || ') (?:' || state.telling_verbs() || ')\b', 1)
end;
