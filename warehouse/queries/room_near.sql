-- The articles nearest in meaning to one, apart from those of its own story.
select n.*
from like_article($article_id, top := 30) n
where n.story_id is distinct from (select story_id from story_articles where article_id = $article_id)
order by n.similarity desc, n.article_id
limit 10;
