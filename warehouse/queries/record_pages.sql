-- Stored responses, one row a capture.
merge into state.pages t using incoming n on t.url = n.url and t.fetched_at = n.fetched_at and t.digest = n.digest
when not matched then insert
    (url, source_id, found_url, final_url, fetched_at, content_type, digest, warc_file, warc_offset, arrived_by,
    etag, last_modified, identity_key)
    values (n.url, n.source_id, n.found_url, n.final_url, n.fetched_at, n.content_type, n.digest, n.warc_file,
        n.warc_offset, n.arrived_by,
     n.etag, n.last_modified, n.identity_key);
