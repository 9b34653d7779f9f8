-- What learned lines cut from articles that are cleaned anew.
delete from removed_text r using incoming n where r.article_id = n.article_id and starts_with(r.rule, 'learned:');
