-- A macro: the speaker that what follows a quotation names: "…," kata ANI; "…," ANI menjelaskan. Empty if it names none.
create or replace macro state.speaker_after(following) as
coalesce(
    nullif(regexp_extract(
        following,
        '^[,.]?\s*(?:(?:[Dd]emikian|[Bb]egitu) )?(?:' || state.speech_verbs() || ')(?:nya)?,? (' || state.name() || ')', 1
    ), ''),
    regexp_extract(following, '^[,.]?\s*(' || state.name() || ') (?:' || state.telling_verbs() || ')\b', 1)
);
