-- Hits with their decision. A decision stays when a new version of the rule or the text confirms
-- the hit, but mentions, about which nothing was decided, are decided again.
merge into state.topic_hits t using incoming n on t.topic_id = n.topic_id and t.article_id = n.article_id
when matched then update set
    topic_version = n.topic_version, decision = if(t.decision = 'mention', n.decision, t.decision),
    strength = n.strength, score = n.score,
    evidence = n.evidence
when not matched then insert (topic_id, topic_version, article_id, decision, strength, score, evidence)
    values (n.topic_id, n.topic_version, n.article_id, n.decision, n.strength, n.score, n.evidence);
