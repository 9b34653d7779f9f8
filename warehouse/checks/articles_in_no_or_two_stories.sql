-- Grouped articles that are not in exactly one story, and places in stories that no article takes.
select article_id from story_articles group by article_id having count(*) > 1
union all
select s.article_id from story_articles s where not exists (from state.articles a where a.article_id = s.article_id);
