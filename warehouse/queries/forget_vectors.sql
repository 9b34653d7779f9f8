-- The model's vectors of articles published from an instant on are to be made anew.
delete from state.vectors
where model = $model
    and article_id in (select article_id from state.articles where coalesce(published_at, first_seen_at) >= $since);
