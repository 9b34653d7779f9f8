-- Every step is to look again at the articles published from an instant on.
insert into state.pending_articles
select article_id from state.articles where coalesce(published_at, first_seen_at) >= $since;
