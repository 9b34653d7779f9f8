-- Links that ended without an article; those that are still listed come in again.
delete from state.links l
using limits n, rejections r
where l.source_id = n.source_id and r.url = l.url and r.rejected_at < n.pages_before
    and l.discovered_at < n.pages_before;
