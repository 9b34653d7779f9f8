-- One row per quoted sentence, with who says so where the sentence names somebody.
create or replace view quotes as
with paragraphs as (
    select
        article_id, source_id, published_at,
        unnest(string_split(regexp_replace(body, '[“”„‟]|''''', '"', 'g'), chr(10))) as paragraph
    from state.articles
    where regexp_matches(body, '["“„]|''''')
),
pieces as (  -- every second one is quoted; the last, unless it is closed, is not looked at
    select
        article_id, source_id, published_at, string_split(paragraph, '"') as parts,
        unnest(range(2, len(parts), 2)) as place
    from paragraphs
    where contains(paragraph, '"')
),
quoted as (
    select
        article_id, source_id, published_at, trim(parts[place]) as quote,
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
        regexp_replace(
            coalesce(nullif(state.speaker_after(following), ''), state.speaker_before(preceding)),
            '^(?:(?:' || state.no_names() || ')\b ?)+|(?: (?:' || state.no_names() || ')\b.*)+$', '', 'g'
        ) as named
    from quoted
)
select
    t.article_id, t.source_id, local_day(t.published_at, zone := o.timezone) as published_on, t.quote,
    nullif(t.named, '') as speaker
from told t
left join sources o using (source_id)
where t.named <> '' or t.ends_told or regexp_matches(t.quote, '^\P{Ll}.*[.,!?…]$');
