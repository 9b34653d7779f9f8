-- Where the responses of pages lie after a file was written anew; the offset is -1 if it is gone.
update state.pages p set warc_file = n.new_file, warc_offset = n.new_offset
from incoming n where p.warc_file = n.warc_file and p.warc_offset = n.warc_offset;
