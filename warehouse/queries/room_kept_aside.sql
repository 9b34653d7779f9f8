-- Later answers of an article's address that were not accepted, the newest first.
select reason, detail, title, body, seen_at, last_seen_at
from doubtful_answers
where article_id = $article_id
order by last_seen_at desc;
