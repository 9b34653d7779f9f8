-- The sentences of the sampled articles, as words: what stands between line breaks and sentence
-- ends.
create or replace temp table sampled_sentences as
with lines as (
    select source_id, unit, generate_subscripts(list, 1) as line_at, unnest(list) as line
    from (select *, string_split(body, chr(10)) as list from sampled_articles)
)
select
    source_id, unit,
    line_at = 1 and place = 1 as is_first,
    list[place] as sentence,
    -- outlets forget the blank behind a colon
    string_split(regexp_replace(list[place], ':([^\s/\d])', ': \1', 'g'), ' ') as words,
    case when len(list) - place < 3 then array_to_string(list[place:], ' ') end as line_end
from (
    select *, unnest(range(1, len(list) + 1)) as place
    from (select *, string_split(regexp_replace(line, $boundary, '\1' || chr(10), 'g'), chr(10)) as list from lines)
);
