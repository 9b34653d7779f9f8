-- Headlines and bodies of articles.
select a.article_id, a.title, a.body, o.name as outlet
from state.articles a
join sources o using (source_id)
where a.article_id in (select unnest(from_json_strict($article_ids, '["VARCHAR"]')));
