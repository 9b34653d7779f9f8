-- Copies of a doomed original: the first of those that stay is the original now.
update story_articles s set
    original_article_id = n.root,
    relation = if(s.article_id = n.root, n.relation, s.relation),
    similarity = if(s.article_id = n.root, 1, s.similarity)
from (
    select
        c.original_article_id as gone,
        any_value(o.relation) as relation,
        arg_min(c.article_id, (coalesce(a.published_at, a.first_seen_at), c.article_id)) as root
    from story_articles c
    join state.articles a using (article_id)
    join story_articles o on o.article_id = c.original_article_id
    where c.original_article_id in (select article_id from doomed_articles)
        and c.article_id not in (select article_id from doomed_articles)
    group by c.original_article_id
) n
where s.original_article_id = n.gone and s.article_id not in (select article_id from doomed_articles);
