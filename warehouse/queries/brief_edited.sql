-- The articles of which another text was seen in a night.
select distinct article_id from article_versions where version > 1 and seen_at > $since and seen_at <= $until;
