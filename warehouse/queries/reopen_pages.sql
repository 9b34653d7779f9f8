-- Stored pages from an instant on, to be read by the extractor again.
update state.pages set extracted_with = null where fetched_at >= $since;
