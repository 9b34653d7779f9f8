-- Every topic is to look again at the articles published from an instant on. What was decided about
-- their hits stays.
delete from state.topic_looks
where article_id in (select article_id from state.articles where coalesce(published_at, first_seen_at) >= $since);
