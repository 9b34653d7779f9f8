-- Since when an article is gone from its outlet, and what its address answers.
select detail, gone_since from gone_articles where article_id = $article_id;
