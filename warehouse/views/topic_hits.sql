-- One row per topic and article that matches it, with the story the article belongs to now.
create or replace view topic_hits as
select h.topic_id, h.topic_version, h.article_id, s.story_id, h.decision, h.strength, h.score, h.evidence
from state.topic_hits h
join story_articles s using (article_id);
