-- A macro: the articles nearest in meaning to one, by the cosine of their vectors, the nearest first.
create or replace macro like_article(id, top := 20) as table
with own as materialized (select model, vector from state.vectors where article_id = id order by rowid desc limit 1),
nearest as materialized (
    select v.article_id, list_inner_product(v.vector, own.vector) as similarity
    from state.vectors v
    join own using (model)
    where v.article_id <> id
    order by similarity desc, v.article_id
    limit top
)
select
    round(n.similarity, 3) as similarity, n.article_id, s.story_id, a.source_id, o.name as outlet,
    a.published_at, a.title, a.url
from nearest n
join state.articles a using (article_id)
join sources o using (source_id)
left join story_articles s using (article_id)
order by n.similarity desc, n.article_id;
