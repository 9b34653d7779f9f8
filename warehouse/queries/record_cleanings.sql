-- Which articles are clean, and the version that their text was made from.
merge into state.cleanings t using incoming n on t.article_id = n.article_id
when matched then update set extracted_hash = n.extracted_hash, stale = false
when not matched then insert (article_id, extracted_hash, stale) values (n.article_id, n.extracted_hash, false);
