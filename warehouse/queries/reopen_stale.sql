-- Articles that are to be cleaned again.
insert into state.pending_articles select article_id from state.cleanings where stale;
