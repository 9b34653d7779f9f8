-- Vectors, one an article and model: the current text's.
merge into state.vectors t using incoming n on t.article_id = n.article_id and t.model = n.model
when matched then update set text_hash = n.text_hash, vector = n.vector::float[]
when not matched then insert (article_id, model, text_hash, vector)
    values (n.article_id, n.model, n.text_hash, n.vector);
