-- Hits that a look did not confirm, because the rule or the text has changed. Alerts that were
-- raised stay.
delete from state.topic_hits h
using incoming n
where h.topic_id = n.topic_id and h.article_id = n.article_id and not n.matched;
