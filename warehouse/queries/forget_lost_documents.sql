-- Discovery documents whose text is gone are read in full by the next run.
delete from state.documents where warc_offset < 0;
