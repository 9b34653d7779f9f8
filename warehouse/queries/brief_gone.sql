-- The articles that were found in a night to have been taken away: at once, if the outlet says so (410), or else half a
-- day after they were first not found.
select a.article_id, o.name as outlet, a.title, a.url, a.published_at, a.published_precision, g.gone_since, g.detail
from gone_articles g
join state.articles a using (article_id)
join sources o on o.source_id = a.source_id
where g.gone_since + if(g.detail = '410', interval 0 hours, interval 12 hours) > $since
    and g.gone_since + if(g.detail = '410', interval 0 hours, interval 12 hours) <= $until
order by g.gone_since, a.article_id;
