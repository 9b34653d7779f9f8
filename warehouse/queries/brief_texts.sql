-- The headline and the body of these articles.
select article_id, title, body from state.articles where article_id in (select unnest($articles));
