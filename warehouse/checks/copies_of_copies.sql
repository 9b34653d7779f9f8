-- Copies and rewrites whose original is itself a copy, or stands in another story; and originals
-- that name another article.
select s.article_id
from story_articles s
left join story_articles o on o.article_id = s.original_article_id
where (s.relation in ('copy', 'rewrite')
        and (o.article_id is null or o.story_id <> s.story_id or o.relation in ('copy', 'rewrite')))
    or (s.relation not in ('copy', 'rewrite') and s.original_article_id <> s.article_id);
