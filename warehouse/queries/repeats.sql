-- One row per source and text that opens sentences of many of its articles, or is such a sentence: how often, where and with what behind it.
-- Counted over the newest articles of each source as they were extracted, copies once. A sentence is what stands between line breaks and
-- sentence ends. A text is a whole sentence (`whole`) or its first one to eight words.
with articles as materialized (
    select
        a.source_id,
        coalesce(s.original_article_id, a.article_id) as unit,
        coalesce(s.story_id, a.article_id) as story_id,
        coalesce(a.published_at, a.first_seen_at) as seen_at,
        a.title,
        coalesce(v.body, a.body) as body
    from state.articles a
    left join story_articles s on s.article_id = a.article_id
    left join state.cleanings c on c.article_id = a.article_id
    left join article_versions v on v.article_id = c.article_id and v.text_hash = c.extracted_hash
    qualify row_number() over (partition by a.source_id order by a.landed_at desc, a.article_id) <= $sample
        and row_number() over (partition by a.source_id, coalesce(s.original_article_id, a.article_id) order by a.article_id) = 1
        and row_number() over (partition by a.source_id, a.title order by a.article_id) = 1
),
sizes as (
    select source_id, count(*) as sampled, count(distinct seen_at::date) as days from articles group by source_id
),
lines as (
    select source_id, unit, generate_subscripts(list, 1) as line_at, unnest(list) as line
    from (select *, string_split(body, chr(10)) as list from articles)
),
sentences as materialized (
    select source_id, unit, line_at = 1 and generate_subscripts(list, 1) = 1 as is_first, len(list) = 1 as is_line, unnest(list) as sentence
    from (select *, string_split(regexp_replace(line, $boundary, '\1' || chr(10), 'g'), chr(10)) as list from lines)
),
openings as (
    select source_id, array_to_string(string_split(sentence, ' ')[:2], ' ') as opening
    from sentences
    group by all
    having count(distinct unit) >= $least
),
openings_1 as (
    select source_id, string_split(sentence, ' ')[1] as opening from sentences group by all having count(distinct unit) >= $least
),
candidates as materialized (
    select s.*, string_split(s.sentence, ' ') as words
    from sentences s
    where exists (from openings o where o.source_id = s.source_id and o.opening = array_to_string(string_split(s.sentence, ' ')[:2], ' '))
        or exists (from openings_1 o where o.source_id = s.source_id and o.opening = string_split(s.sentence, ' ')[1]
            and (ends_with(o.opening, ':') or not regexp_matches(o.opening, '[,a-z]$') or regexp_matches(o.opening, $marks)))
),
texts as (
    select source_id, unit, is_first, is_line, true as whole, sentence as text, '' as rest, '' as next
    from candidates
    where sentence <> ''
    union all
    select
        source_id, unit, is_first, is_line, false, array_to_string(words[:length], ' '), array_to_string(words[length + 1:], ' '),
        words[length + 1]
    from (select *, unnest(range(1, least(len(words), 9))) as length from candidates)
),
counted as (
    select
        source_id, whole, text,
        count(distinct unit) as articles,
        avg(is_first::int) as first_share,
        avg(is_line::int) as line_share,
        max(len(text)) as length,
        avg((regexp_matches(next, '^["“‘''(\[]*[\p{Lu}\d]'))::int) as capital_share,
        avg((list_contains($openers, lower(next)) and regexp_matches(next, '^\p{Lu}') or starts_with(next, '"') or starts_with(next, '“'))::int)
            as opener_share,
        avg((is_line and not regexp_matches(rest, '[.]["”]?$') and len(rest) <= 200)::int) as tail_share,
        approx_count_distinct(next) as nexts,
        max(histogram_share) as next_share
    from (
        select *, count(*) over (partition by source_id, whole, text, next) / count(*) over (partition by source_id, whole, text)
            as histogram_share
        from texts
    )
    group by source_id, whole, text
    having count(distinct unit) >= $least
),
title_words as materialized (
    select distinct source_id, unit, unnest(regexp_extract_all(lower(title), '[\p{L}\d]{2,}')) as word from articles
),
usual_words as (
    select w.source_id, word, count(*) / any_value(z.sampled) as share
    from title_words w join sizes z using (source_id)
    group by all
),
bearers as materialized (
    select distinct t.source_id, t.whole, t.text, t.unit from texts t join counted c using (source_id, whole, text)
),
cohesion as (
    select source_id, whole, text, max(share) as title_share
    from (
        select b.source_id, b.whole, b.text, w.word, count(*) / any_value(c.articles) as share
        from bearers b
        join counted c using (source_id, whole, text)
        join title_words w on w.source_id = b.source_id and w.unit = b.unit
        group by all
    ) found
    join usual_words u using (source_id, word)
    where found.share >= 3 * u.share
    group by all
),
spread as (
    select b.source_id, b.whole, b.text, count(distinct a.story_id) as stories, count(distinct a.seen_at::date) as days,
        min(a.seen_at) as first_seen_at, max(a.seen_at) as last_seen_at
    from bearers b
    join articles a on a.source_id = b.source_id and a.unit = b.unit
    group by all
)
select
    c.source_id, c.text, c.whole, c.articles, z.sampled, p.stories, p.days, z.days as source_days, p.first_seen_at, p.last_seen_at,
    c.first_share, c.line_share, c.capital_share, c.opener_share, c.tail_share, c.next_share, coalesce(h.title_share, 0) as title_share
from counted c
join sizes z using (source_id)
join spread p using (source_id, whole, text)
left join cohesion h using (source_id, whole, text)
where c.whole or c.next_share <= $branching
order by c.source_id, c.text, c.whole;
