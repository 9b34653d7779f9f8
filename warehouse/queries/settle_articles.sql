-- No step has anything left to do.
delete from state.pending_articles;
