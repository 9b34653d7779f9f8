-- The articles nearest in meaning to a question's vector, of those that its operators, its phrases and its refused
-- words leave.
with parts as materialized (from state.question_parts($question)),
nearest as materialized (
    select a.place, v.article_id, list_inner_product(v.vector, from_json_strict($vector, '["FLOAT"]')) as similarity
    from state.vectors v
    join state.question_articles($question) a using (article_id)
    where v.model = $model
    order by similarity desc, v.article_id
    limit $top
),
read as materialized (
    select rowid as place, source_id, title, url, published_at, body, title || chr(10) || body as text
    from state.articles
    where rowid in (select place from nearest)
),
unfit as (
    select r.place
    from read r
    cross join parts p
    where (p.operator = 'phrase' or (p.operator = 'word' and p.refused)) and state.holds(r.text, p.words) = p.refused
),
asked as (
    select coalesce(list(distinct s.word), []) as words
    from (select unnest(words) as word from parts where operator in ('word', 'phrase') and not refused) q
    join state.search_words w using (word)
    join state.search_words s on s.stem = w.stem
),
shown as (
    select n.similarity, n.article_id, r.*, state.passage_of(r.body, a.words) as best
    from nearest n
    join read r using (place)
    cross join asked a
    where n.place not in (from unfit)
)
select
    h.similarity as score, h.article_id, s.story_id, h.source_id, o.name as outlet, h.published_at, h.title, h.url,
    h.best.sentence as passage, h.best.words as matched
from shown h
join sources o using (source_id)
left join story_articles s using (article_id)
order by h.similarity desc, h.article_id;
