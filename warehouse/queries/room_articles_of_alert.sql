-- The articles that an alert is about, in the order in which they were published.
select a.article_id, a.title, o.name as outlet, a.published_at, a.published_precision
from alert_articles t
join state.articles a using (article_id)
join sources o using (source_id)
where t.alert_id = $alert_id
order by coalesce(a.published_at, a.first_seen_at), a.article_id;
