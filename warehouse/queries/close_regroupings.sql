-- Articles that were placed need not be placed anew.
delete from state.regroupings r using incoming n where r.article_id = n.article_id;
