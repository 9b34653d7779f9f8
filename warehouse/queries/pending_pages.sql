-- Pages that no extractor has read yet, oldest first, with the title that a feed or sitemap gave
-- their link.
with next as materialized (
    select url, source_id, found_url, final_url, fetched_at, content_type, warc_file, warc_offset, arrived_by
    from state.pages
    where extracted_with is null
    order by fetched_at, url
    limit $batch
),
listed as materialized (
    select url, title
    from state.links
    where rowid in (select l.rowid from state.links l where l.url in (select url from next))
)
select n.*, l.title as listed_title
from next n
left join listed l using (url)
order by n.fetched_at, n.url;
