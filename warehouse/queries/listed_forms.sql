-- Links under these identity keys that lead to no article yet. They are fetched by row id, so that the
-- addresses of the archive are not read.
with forms as materialized (
    select url, identity_key
    from state.links
    where rowid in (
        select l.rowid from state.links l where l.identity_key in (select unnest(from_json_strict($keys, '["VARCHAR"]')))
    )
)
select url, identity_key from forms where url not in (select url from article_urls where url in (select url from forms));
