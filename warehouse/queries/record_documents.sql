-- Discovery documents with what a conditional GET needs, and where their last full text lies.
merge into state.documents t using incoming n on t.url = n.url
when matched then update set
    etag = n.etag, last_modified = n.last_modified, fetched_at = n.fetched_at, warc_file = n.warc_file,
    warc_offset = n.warc_offset
when not matched then insert (url, etag, last_modified, fetched_at, warc_file, warc_offset)
    values (n.url, n.etag, n.last_modified, n.fetched_at, n.warc_file, n.warc_offset);
