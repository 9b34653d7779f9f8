-- A discovery document as it was last read in full.
select etag, last_modified, fetched_at, warc_file, warc_offset from state.documents where url = $url;
