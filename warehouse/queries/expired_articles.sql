-- The articles that have expired, without those that an alert names, unless these expire, too.
create or replace temp table doomed_articles as
select a.article_id, a.source_id
from state.articles a
join limits n using (source_id)
where a.first_seen_at < n.texts_before
    and (n.alerted or not exists (from alert_articles t where t.article_id = a.article_id));
