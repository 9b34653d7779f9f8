-- One row per quoted sentence, with who says so where the sentence names somebody.
create or replace view quotes as
with paragraphs as (
    select
        a.article_id, a.source_id, local_day(a.published_at, zone := o.timezone) as published_on,
        unnest(string_split(regexp_replace(a.body, '[“”„‟]|''''', '"', 'g'), chr(10))) as paragraph
    from state.articles a
    left join sources o using (source_id)
    where regexp_matches(a.body, '["“„]|''''')
),
pieces as (  -- every second one is quoted; the last, unless it is closed, is not looked at
    select
        article_id, source_id, published_on, string_split(paragraph, '"') as parts,
        unnest(range(2, len(parts), 2)) as place
    from paragraphs
    where contains(paragraph, '"')
),
quoted as (
    select
        article_id, source_id, published_on, trim(parts[place]) as quote,
        right(parts[place - 1], 300) as preceding, left(parts[place + 1], 300) as following
    from pieces
    -- what has a space at both ends stands between two quotations, one of which was not closed
    where regexp_matches(quote, '\S\s+\S+\s+\S') and not regexp_matches(parts[place], '^\s(?s:.*)\s$')
),
told as (
    select
        *,
        regexp_matches(following, '^[,.]?\s*(?:(?:[Dd]emikian|[Bb]egitu) )?(?:' || state.speech_verbs() || ')(?:nya)?\b')
            as ends_told,
        -- a list, because a condition on it would otherwise compute it again
        unnest([regexp_replace(
            coalesce(nullif(state.speaker_after(following), ''), state.speaker_before(preceding)),
            '^(?:(?:' || state.no_names() || ')\b ?)+|(?: (?:' || state.no_names() || ')\b.*)+$', '', 'g'
        )]) as named
    from quoted
)
select article_id, source_id, published_on, quote, nullif(named, '') as speaker
from told
where named <> '' or ends_told or regexp_matches(quote, '^\P{Ll}.*[.,!?…]$');
