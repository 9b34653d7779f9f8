-- Stored pages from an instant on whose responses are still there, to be read by the extractor again.
update state.pages set extracted_with = null where fetched_at >= $since and warc_offset >= 0;
