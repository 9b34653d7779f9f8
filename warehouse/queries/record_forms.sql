-- Links that are another form of a known article's address lead to it, the oldest where there are
-- several.
insert into article_urls
select n.url, arg_min(a.article_id, a.first_seen_at)
from incoming n
join state.articles a on a.identity_key = n.identity_key
where not exists (from article_urls u where u.url = n.url)
    and not exists (from rejections r where r.url = n.url)
    and not exists (from state.pages p where p.url = n.url)
group by n.url;
