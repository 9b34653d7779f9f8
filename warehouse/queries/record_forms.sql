-- Links that are another form of a known article's address lead to it, the oldest where there are
-- several.
insert into article_urls
with followed as materialized (
    select url from article_urls where url in (select url from incoming)
    union all
    select url from rejections
),
others as materialized (
    select url, identity_key from incoming where url not in (select url from followed)
),
fetched as materialized (
    select url from state.pages where url in (select url from others)
)
select o.url, arg_min(a.article_id, a.first_seen_at)
from others o
join state.articles a on a.identity_key = o.identity_key
where o.url not in (select url from fetched)
group by o.url;
