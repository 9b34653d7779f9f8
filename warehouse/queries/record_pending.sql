-- Articles with which some step may have something to do.
insert into state.pending_articles select distinct article_id from incoming;
