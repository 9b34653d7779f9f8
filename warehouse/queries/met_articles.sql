-- The articles that these URLs lead to, by the URL.
select u.url as met, a.url
from article_urls u
join state.articles a using (article_id)
where u.url in (select unnest($urls::varchar[]));
