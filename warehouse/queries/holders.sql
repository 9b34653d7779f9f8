-- Articles under these identity keys, the oldest first, each with a text that its very address
-- gave, else, not its own, the current one. Texts are fetched by row id, so that those of the archive
-- are not read.
with found as materialized (
    select rowid as place, article_id, identity_key
    from state.articles
    where identity_key in (select unnest(from_json_strict($keys, '["VARCHAR"]')))
),
looks as materialized (
    select identity_key, fetched_at from state.pages where identity_key in (select identity_key from found)
),
versions as materialized (
    select rowid as place, article_id, seen_at
    from article_versions
    where article_id in (select article_id from found)
),
own as materialized (
    select f.article_id, arg_max(v.place, v.seen_at) as place
    from found f
    join looks l using (identity_key)
    join versions v on v.article_id = f.article_id and v.seen_at = l.fetched_at
    group by f.article_id
),
texts as materialized (
    select article_id, title, body from article_versions where rowid in (select place from own)
)
select
    a.url, coalesce(t.title, a.title) as title, coalesce(t.body, a.body) as body, a.published_at,
    t.article_id is not null as own
from state.articles a
left join texts t using (article_id)
where a.rowid in (select place from found)
order by a.first_seen_at, a.article_id;
