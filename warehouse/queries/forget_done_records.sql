-- Records of files that were written anew.
delete from state.unwanted_records where warc_file in (select warc_file from incoming);
