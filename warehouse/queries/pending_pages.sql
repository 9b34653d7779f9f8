-- Pages that no extractor has read yet, oldest first.
select url, source_id, found_url, final_url, fetched_at, content_type, warc_file, warc_offset, arrived_by
from state.pages
where extracted_with is null
order by fetched_at, url
limit $batch;
