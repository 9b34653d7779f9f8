-- How many postings there are, and how many of them are of texts that articles no longer have.
select all_.postings, all_.postings - known.postings as orphans
from (select count(*) as postings from state.search_postings) all_
cross join (select coalesce(sum(postings), 0) as postings from state.search_documents) known;
