-- Links as they were listed: a known one keeps its first date, its title and its end, and takes the
-- newest lastmod.
merge into state.links t using incoming n on t.url = n.url
when matched then update set
    listed_at = greatest(t.listed_at, n.listed_at::timestamptz),
    lastmod = greatest(t.lastmod, n.lastmod::timestamptz),
    title = coalesce(t.title, n.title)
when not matched then insert (url, source_id, found_url, listed_at, lastmod, title, discovered_at, identity_key)
    values (n.url, n.source_id, n.found_url, n.listed_at, n.lastmod, n.title, n.discovered_at, n.identity_key);
