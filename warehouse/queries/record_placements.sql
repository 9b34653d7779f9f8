-- Where articles stand: each in exactly one story.
merge into story_articles t using incoming n on t.article_id = n.article_id
when matched then update set
    story_id = n.story_id, relation = n.relation, original_article_id = n.original_article_id, similarity = n.similarity,
    certainty = n.certainty
when not matched then insert (story_id, article_id, relation, original_article_id, similarity, certainty)
    values (n.story_id, n.article_id, n.relation, n.original_article_id, n.similarity, n.certainty);
