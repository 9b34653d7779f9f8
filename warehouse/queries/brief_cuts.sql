-- How many learned lines were cut from these articles.
select count(*) as lines, count(distinct article_id) as articles
from removed_text
where rule like 'learned:%' and article_id in (select unnest(from_json_strict($articles, '["VARCHAR"]')));
