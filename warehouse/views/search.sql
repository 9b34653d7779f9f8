-- A macro: the articles that answer a question, the best first, in at most 1,000 rows; one row per article. Words count by their stem, an
-- exact word more than another of its stem. "words in quotes" must stand in it so, -word must not; outlet:, topic:, after:, before: narrow.
create or replace macro search(question) as table
with given as (
    select
        regexp_replace(question, '(?i)(^|\s)-?(outlet|topic|after|before):\S+', ' ', 'g') as words,
        list_transform(regexp_extract_all(question, '"([^"]+)"', 1), lambda each: lower(strip_accents(each))) as phrases,
        list_transform(regexp_extract_all(question, '(?i)(?:^|\s)outlet:(\S+)', 1), lambda each: lower(each)) as outlets,
        regexp_extract_all(question, '(?i)(?:^|\s)topic:(\S+)', 1) as topics,
        try_cast(nullif(regexp_extract(question, '(?i)(?:^|\s)after:(\S+)', 1), '') as date) as after,
        try_cast(nullif(regexp_extract(question, '(?i)(?:^|\s)before:(\S+)', 1), '') as date) as before
),
refused as (
    select distinct s.word_id
    from (
        select unnest(regexp_extract_all(lower(strip_accents(words)), '(?:^|\s)-([\p{L}\p{N}]+)', 1)) as word from given
    ) q
    join state.search_words s using (word)
),
asked as (
    select s.word_id, s.word, max(if(s.word = q.word, 1.0, 0.6)) as weight
    from (
        select distinct unnest(regexp_extract_all(
            regexp_replace(lower(strip_accents(words)), '(^|\s)-[\p{L}\p{N}]+', ' ', 'g'), '[\p{L}\p{N}]+')) as word
        from given
    ) q
    join state.search_words w on w.word = q.word
    join state.search_words s on s.stem = w.stem
    group by s.word_id, s.word
),
size as (
    select count(*) as documents, avg(words) as usual from state.search_documents
),
found as materialized (
    select p.word_id, p.document_id, p.count, p.in_title, a.weight
    from state.search_postings p
    join asked a using (word_id)
),
rarity as (
    select word_id, ln(1 + (any_value(documents) - count(*) + 0.5) / (count(*) + 0.5)) as idf
    from found cross join size
    group by word_id
),
scored as (
    -- BM25 with its usual constants, 1.2 and 0.75; a word of the headline counts half as much again
    select
        d.article_id,
        sum(weight * idf * if(in_title, 1.5, 1) * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * d.words / usual))) as score
    from found
    join rarity using (word_id)
    join state.search_documents d using (document_id)
    cross join size
    where document_id not in (select p.document_id from state.search_postings p join refused using (word_id))
    group by d.article_id
),
narrowed as (
    select s.score, a.*, o.name as outlet
    from scored s
    join articles a using (article_id)
    join sources o using (source_id)
    cross join given g
    where (len(g.outlets) = 0 or list_contains(g.outlets, lower(a.source_id)) or list_contains(g.outlets, lower(o.name)))
        and (g.after is null or coalesce(a.published_at, a.first_seen_at) >= g.after)
        and (g.before is null or coalesce(a.published_at, a.first_seen_at) < g.before)
        and (len(g.topics) = 0 or exists (
            from topic_hits h where h.article_id = a.article_id and list_contains(g.topics, h.topic_id)))
        and (len(g.phrases) = 0 or len(list_filter(
            g.phrases, lambda each: contains(lower(strip_accents(a.title || chr(10) || a.body)), each))) = len(g.phrases))
    order by s.score desc, a.article_id
    limit 1000
),
sentences as (
    select article_id, unnest(regexp_extract_all(body, '[^.!?\n]+[.!?”"]*')) as sentence from narrowed
),
passages as (
    select article_id, arg_max(trim(sentence), hits) as passage
    from (
        select s.article_id, s.sentence, (
            select count(distinct k.word)
            from asked k
            where list_contains(regexp_extract_all(lower(strip_accents(s.sentence)), '[\p{L}\p{N}]+'), k.word)
        ) as hits
        from sentences s
    )
    group by article_id
)
select
    round(n.score, 3) as score, n.article_id, n.story_id, n.source_id, n.outlet, n.published_at, n.title, n.url, p.passage
from narrowed n
left join passages p using (article_id)
order by n.score desc, n.article_id;
