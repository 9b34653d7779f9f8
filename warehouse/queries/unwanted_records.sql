-- Records of WARC files that are to go.
select warc_file, warc_offset from state.unwanted_records order by warc_file, warc_offset;
