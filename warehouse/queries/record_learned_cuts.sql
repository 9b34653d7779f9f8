-- What learned lines cut, after forget_learned_cuts.
insert into removed_text (article_id, rule, text) select article_id, rule, text from incoming;
