-- Archives that hold a page or a discovery document.
select distinct warc_file from state.pages where warc_offset >= 0
union
select distinct warc_file from state.documents;
