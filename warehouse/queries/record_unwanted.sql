-- Records of WARC files that are to go.
insert into state.unwanted_records (warc_file, warc_offset)
select distinct warc_file, warc_offset from incoming
where not exists (from state.unwanted_records u
    where u.warc_file = incoming.warc_file and u.warc_offset = incoming.warc_offset);
