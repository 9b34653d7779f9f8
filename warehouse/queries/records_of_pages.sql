-- Where the responses that are pages lie, and whether they are to be deleted.
select p.warc_file, p.warc_offset, p.url in (select url from doomed_addresses) as doomed
from state.pages p
where p.warc_offset >= 0;
