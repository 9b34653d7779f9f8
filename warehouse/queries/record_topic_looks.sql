-- Articles that a topic has looked at, whether they match or not.
merge into state.topic_looks t using incoming n on t.topic_id = n.topic_id and t.article_id = n.article_id
when matched then update set topic_version = n.topic_version, text_hash = n.text_hash
when not matched then insert (topic_id, topic_version, article_id, text_hash)
    values (n.topic_id, n.topic_version, n.article_id, n.text_hash);
