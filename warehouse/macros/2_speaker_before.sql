-- A macro: the speaker that what precedes a quotation names: Kata ANI, "…"; ANI mengatakan, "…". NULL or empty if it
-- names none.
create or replace macro state.speaker_before(preceding) as
case when regexp_matches(preceding, '[,:]\s*$') then coalesce(
    nullif(regexp_extract(
        preceding,
        '(?i:\b(?:menurut|' || state.speech_verbs() || ')) (' || state.name() || ')[^.":?!]{0,80}[,:]\s*$', 1
    ), ''),
    nullif(regexp_extract(  -- what stands between commas is said of the name that opens the sentence
        preceding,
        '(?:^|[.?!"] )\s*(' || state.name() || ')(?:, [^,."]{1,80}){1,5}, (?:' || state.telling_verbs()
            || ')\b[^.":?!]{0,120}[,:]\s*$', 1
    ), ''),
    regexp_extract(
        preceding,
        '(' || state.name() || ')(?: \([^)]{1,40}\))?,? (?:' || state.telling_verbs() || ')\b[^.":?!]{0,120}[,:]\s*$', 1
    )
) end;
