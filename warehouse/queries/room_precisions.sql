-- How exact the dates of articles are.
select article_id, published_precision from state.articles where article_id in (select unnest(from_json_strict($article_ids, '["VARCHAR"]')));
