-- Why they did.
delete from rejections r
using limits n
where r.source_id = n.source_id and r.rejected_at < n.pages_before
    and not exists (from state.links l where l.url = r.url);
