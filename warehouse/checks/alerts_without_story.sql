-- Alerts, other than emptied ones, for a story that does not exist, and raised hits whose story has no alert.
select alert_id as id from alerts a
where a.emptied_at is null and not exists (from story_articles s where s.story_id = a.story_id)
union all
select h.article_id from topic_hits h
where h.decision in ('raised', 'joined')
    and not exists (from alerts a where a.topic_id = h.topic_id and a.story_id = h.story_id);
