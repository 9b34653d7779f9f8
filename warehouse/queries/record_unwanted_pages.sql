-- The archived responses of these pages are to go.
insert into state.unwanted_records (warc_file, warc_offset)
select distinct p.warc_file, p.warc_offset
from state.pages p
where p.url in (select url from incoming) and p.warc_offset >= 0 and not starts_with(p.warc_file, '/')
    and not exists (
        from state.unwanted_records u where u.warc_file = p.warc_file and u.warc_offset = p.warc_offset
    );
