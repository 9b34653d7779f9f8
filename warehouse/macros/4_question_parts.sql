-- A macro: what a question asks for, one row per part of it. The operator is outlet, topic, after, before, phrase, or
-- word; a minus refuses.
create or replace macro state.question_parts(question) as table
with parts as (
    -- search engines end a question there, too: a pasted article would read the half of the index
    select unnest(regexp_extract_all(
        question, '-?(?:(?:outlet|topic|after|before):)?(?:"[^"]*"|[^\s"]+)|"', 0, 'i'
    )) as part
    limit 32
),
read as (
    select
        starts_with(part, '-') as refused,
        lower(regexp_extract(part, '^-?(outlet|topic|after|before):', 1, 'i')) as narrows,
        trim(regexp_replace(part, '^-?((outlet|topic|after|before):)?', '', 'i'), '"') as value,
        contains(part, '"') as quoted
    from parts
)
select
    case
        when narrows <> '' then narrows
        when quoted or (refused and len(state.words_of(value)) > 1) then 'phrase'
        else 'word'
    end as operator,
    refused,
    value,
    state.words_of(value) as words,
    case when narrows in ('after', 'before') then coalesce(
        try_cast(value as date),
        error(narrows || ': expected a day such as ' || narrows || ':2026-03-10, got ''' || value || '''')
    ) end as day
from read
where narrows <> '' or len(state.words_of(value)) > 0;
