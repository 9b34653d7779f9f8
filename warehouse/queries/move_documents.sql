-- Where discovery documents lie after a file was written anew.
update state.documents d set warc_file = n.new_file, warc_offset = n.new_offset
from incoming n where d.warc_file = n.warc_file and d.warc_offset = n.warc_offset;
