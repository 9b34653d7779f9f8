-- The articles that alerts tell of, each with the text that it has then.
insert into alert_articles (alert_id, article_id, text_hash, seen_at)
with shown as materialized (
    select article_id, text_hash, last_seen_at
    from state.articles
    where article_id in (select article_id from incoming)
),
cleaned as materialized (
    select article_id, extracted_hash from state.cleanings where article_id in (select article_id from incoming)
)
select i.alert_id, i.article_id, coalesce(c.extracted_hash, a.text_hash), a.last_seen_at
from incoming i
left join shown a using (article_id)
left join cleaned c using (article_id);
