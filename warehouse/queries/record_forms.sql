-- Links that are another form of a known article's address lead to it, the oldest where there are
-- several.
insert into article_urls
select n.url, arg_min(a.article_id, a.first_seen_at)
from incoming n
join state.articles a on a.identity_key = n.identity_key
where n.url not in (
    select url from article_urls where url in (select url from incoming)
    union all
    select url from rejections
    union all
    select url from state.pages where url in (select url from incoming)
)
group by n.url;
