-- Articles under these identity keys, the oldest first, each with a text that its very address
-- gave, else, not its own, the current one.
with asked as (select unnest($keys::varchar[]) as identity_key),
own as (
    select a.article_id, arg_max({title: v.title, body: v.body}, v.seen_at) as text
    from asked
    join state.articles a using (identity_key)
    join state.pages p using (identity_key)
    join article_versions v on v.article_id = a.article_id and v.seen_at = p.fetched_at
    group by a.article_id
)
select
    a.url, coalesce(o.text.title, a.title) as title, coalesce(o.text.body, a.body) as body, a.published_at,
    o.text is not null as own
from state.articles a
join asked using (identity_key)
left join own o using (article_id)
order by a.first_seen_at, a.article_id;
