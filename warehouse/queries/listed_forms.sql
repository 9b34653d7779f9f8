-- Links under these identity keys that lead to no article yet.
with forms as materialized (
    select url, identity_key from state.links where identity_key in (select unnest($keys::varchar[]))
)
select url, identity_key from forms where url not in (select url from article_urls where url in (select url from forms));
