-- Pages that the extractor has read, with its version.
update state.pages set extracted_with = n.extracted_with
from incoming n where pages.url = n.url and pages.fetched_at = n.fetched_at;
