-- A macro: the articles that answer a question, the best first; without words the newest first. Words count by their
-- stem.
create or replace macro search(question, top := 100) as table
with parts as materialized (from state.question_parts(question)),
phrases as materialized (select words, refused from parts where operator = 'phrase'),
asked as (
    select word, bool_or(operator = 'phrase') as required
    from (select operator, unnest(words) as word from parts where operator in ('word', 'phrase') and not refused)
    group by word
),
needed as (
    select
        count(*) filter (where required) as words,
        count(*) = 0 and (select count(*) from parts) > 0 as everything
    from asked
),
forms as materialized (
    -- a form of the word that was asked for counts more than half, so that it cannot pass the word itself
    select
        s.word_id, s.word, s.stem, max(if(s.word = w.word, 1.0, 0.6)) as weight,
        bool_or(s.word = w.word and a.required) as required
    from asked a
    join state.search_words w on w.word = a.word
    join state.search_words s on s.stem = w.stem
    group by s.word_id, s.word, s.stem
),
refused as materialized (
    select p.document_id
    from parts q
    join state.search_words w on w.word = q.words[1]
    join state.search_postings p using (word_id)
    where q.operator = 'word' and q.refused
),
size as materialized (select count(*) as documents, avg(words) as usual from state.search_documents),
found as materialized (
    select
        p.document_id, f.stem, any_value(d.words) as words, sum(f.weight * p.times) as count,
        bool_or(p.in_title) as in_title, count(*) filter (where f.required) as required
    from state.search_postings p
    join forms f using (word_id)
    join state.search_documents d using (document_id)
    group by p.document_id, f.stem
),
rarity as (
    select stem, ln(1 + (any_value(documents) - count(*) + 0.5) / (count(*) + 0.5)) as idf
    from found cross join size
    group by stem
),
scored as (
    -- BM25 with its usual constants, 1.2 and 0.75; a word of the headline counts half as much again
    select
        document_id,
        sum(idf * if(in_title, 1.5, 1) * count * 2.2 / (count + 1.2 * (0.25 + 0.75 * words / usual))) as score
    from found
    join rarity using (stem)
    cross join size
    group by document_id
    having sum(required) = (select words from needed)
    union all
    select document_id, 0 from state.search_documents where (select everything from needed)
),
candidates as materialized (
    -- phrases are looked for in the texts of the best 5,000, which takes a second
    select a.place, a.article_id, a.seen_at, s.score
    from scored s
    join state.search_documents d using (document_id)
    join state.question_articles(question) a using (article_id)
    where s.document_id not in (from refused)
    order by s.score desc, a.seen_at desc, a.article_id
    limit 5000
),
read as materialized (
    -- apart from the check, which would otherwise be made of every text
    select rowid as place, title || chr(10) || body as text
    from state.articles
    where rowid in (select place from candidates where (select count(*) from phrases) > 0)
),
unfit as (select r.place from read r cross join phrases p where state.holds(r.text, p.words) = p.refused),
best as materialized (
    from candidates
    where place not in (from unfit)
    order by score desc, seen_at desc, article_id
    limit top
),
texts as materialized (
    select a.rowid as place, a.source_id, a.title, a.url, a.published_at, state.passage_of(a.body, k.words) as passage
    from state.articles a
    cross join (select coalesce(list(word), []) as words from forms) k
    where a.rowid in (select place from best)
)
select
    round(b.score, 3) as score, b.article_id, s.story_id, t.source_id, o.name as outlet, t.published_at, t.title, t.url,
    t.passage.sentence as passage, t.passage.words as matched
from best b
join texts t using (place)
join sources o using (source_id)
left join story_articles s using (article_id)
order by b.score desc, b.seen_at desc, b.article_id;
