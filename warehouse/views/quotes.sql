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
pieces as (  -- every second one is quoted
    select article_id, source_id, published_on, string_split(paragraph, '"') as parts
    from paragraphs
    where contains(paragraph, '"')
),
marked as (
    select
        article_id, source_id, published_on,
        unnest(parts[1:-1:2]) as preceding, unnest(parts[2:-1:2]) as marked, unnest(parts[3:-1:2]) as following
    from pieces
),
quoted as (
    select
        article_id, source_id, published_on, trim(marked) as quote,
        right(preceding, 300) as preceding, left(following, 300) as following
    from marked
    where following is not null  -- the last one was closed
        and regexp_matches(marked, '\S\s+\S+\s+\S')
        -- what has a space at both ends stands between two quotations, one of which was not closed
        and not regexp_matches(marked, '^\s(?s:.*)\s$')
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
