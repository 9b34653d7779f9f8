-- The articles that alerts tell of, each with the text that it has then.
insert into alert_articles (alert_id, article_id, text_hash, seen_at)
select i.alert_id, i.article_id, coalesce(c.extracted_hash, a.text_hash), a.last_seen_at
from incoming i
left join state.articles a using (article_id)
left join state.cleanings c using (article_id);
