-- The topics that an article matches, and why.
select topic_id, strength, decision, score, evidence
from state.topic_hits
where article_id = $article_id
order by strength desc, topic_id;
