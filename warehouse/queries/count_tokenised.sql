-- How many articles were tokenised.
select count(distinct article_id) as articles from tokens;
