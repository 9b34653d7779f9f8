-- Samples from which the lines of sources were learned.
merge into state.lessons t using incoming n on t.source_id = n.source_id and t.sample = n.sample
when matched then update set articles = n.articles
when not matched then insert (source_id, sample, articles) values (n.source_id, n.sample, n.articles);
