-- One row per text that opens sentences of many articles of a source, or is such a sentence: how often, where, and what stands behind it.
-- Counted over the source's newest articles as they were extracted, copies once. A sentence is what stands between line breaks and sentence
-- ends. A text is a whole sentence (`whole`) or its first one to eight words.
with newest as materialized (
    select article_id
    from state.articles
    where source_id = $source_id
    order by landed_at desc, article_id
    limit $sample
),
articles as materialized (
    select
        a.source_id,
        coalesce(s.original_article_id, a.article_id) as unit,
        coalesce(s.story_id, a.article_id) as story_id,
        coalesce(a.published_at, a.first_seen_at) as seen_at,
        a.title,
        coalesce(v.body, a.body) as body
    from newest
    join state.articles a using (article_id)
    left join story_articles s on s.article_id = a.article_id
    left join state.cleanings c on c.article_id = a.article_id
    left join article_versions v on v.article_id = c.article_id and v.text_hash = c.extracted_hash
    qualify row_number() over (partition by coalesce(s.original_article_id, a.article_id) order by a.article_id) = 1
        and row_number() over (partition by a.title order by a.article_id) = 1
),
days as (
    select source_id, seen_at::date as day, count(*) as articles from articles group by all
),
sizes as (
    select
        source_id, count(*) as sampled, count(distinct seen_at::date) as days,
        greatest(least($articles, $most * count(*)), $least, $share * count(*)) as asked
    from articles
    group by source_id
),
lines as (
    select source_id, unit, generate_subscripts(list, 1) as line_at, unnest(list) as line
    from (select *, string_split(body, chr(10)) as list from articles)
),
sentences as materialized (
    select
        source_id, unit,
        line_at = 1 and place = 1 as is_first,
        list[place] as sentence,
        string_split(regexp_replace(list[place], ':([^\s/\d])', ': \1', 'g'), ' ') as words, -- outlets forget the blank behind a colon
        case when len(list) - place < 3 then array_to_string(list[place:], ' ') end as line_end
    from (
        select *, unnest(range(1, len(list) + 1)) as place
        from (select *, string_split(regexp_replace(line, $boundary, '\1' || chr(10), 'g'), chr(10)) as list from lines)
    )
),
openings as (
    select source_id, array_to_string(words[:2], ' ') as opening
    from sentences join sizes using (source_id)
    group by source_id, opening
    having count(distinct unit) >= any_value(asked)
),
first_words as (
    select source_id, words[1] as opening
    from sentences join sizes using (source_id)
    group by source_id, opening
    having count(distinct unit) >= any_value(asked)
),
candidates as materialized (
    select s.*
    from sentences s
    where exists (from openings o where o.source_id = s.source_id and o.opening = array_to_string(s.words[:2], ' '))
        or exists (from first_words o where o.source_id = s.source_id and o.opening = s.words[1]
            and (ends_with(o.opening, ':') or not regexp_matches(o.opening, '[,a-z]$') or regexp_matches(o.opening, $marks)))
),
texts as (
    select source_id, unit, is_first, true as whole, sentence as text, '' as next, line_end
    from candidates
    where sentence <> ''
    union all
    select source_id, unit, is_first, false, array_to_string(words[:length], ' '), words[length + 1], line_end
    from (select *, unnest(range(1, least(len(words), 9))) as length from candidates)
),
counted as (
    select
        source_id, whole, text,
        count(distinct unit) as articles,
        avg(is_first::int) as first_share,
        avg((regexp_matches(next, '^["“‘''(\[]*[\p{Lu}\d]'))::int) as capital_share,
        avg((list_contains($openers, lower(rtrim(next, ','))) and regexp_matches(next, '^\p{Lu}'))::int) as opener_share,
        avg(coalesce(len(line_end) <= 250 and not regexp_matches(line_end, '[.]["”]?$'), false)::int) as tail_share,
        max(continued_share) as next_share
    from (
        select *, count(*) over (partition by source_id, whole, text, next) / count(*) over (partition by source_id, whole, text)
                as continued_share
        from texts
    ) join sizes using (source_id)
    group by source_id, whole, text
    having count(distinct unit) >= any_value(asked)
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
    select source_id, whole, text, max(found.share) as title_share
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
    select
        source_id, whole, text, sum(stories) as stories, count(*) as days, min(first_seen_at) as first_seen_at,
        max(last_seen_at) as last_seen_at, sum(found.articles) / sum(d.articles) as day_share
    from (
        select b.source_id, b.whole, b.text, a.seen_at::date as day, count(*) as articles, count(distinct a.story_id) as stories,
            min(a.seen_at) as first_seen_at, max(a.seen_at) as last_seen_at
        from bearers b
        join articles a on a.source_id = b.source_id and a.unit = b.unit
        group by all
    ) found
    join days d using (source_id, day)
    group by source_id, whole, text
)
select
    c.source_id, c.text, c.whole, c.articles, z.sampled, p.stories, p.days, z.days as source_days, p.day_share, p.first_seen_at, p.last_seen_at,
    c.first_share, c.capital_share, c.opener_share, c.tail_share, coalesce(h.title_share, 0) as title_share
from counted c
join sizes z using (source_id)
join spread p using (source_id, whole, text)
left join cohesion h using (source_id, whole, text)
where c.whole or c.next_share <= $branching
order by c.text, c.whole;
