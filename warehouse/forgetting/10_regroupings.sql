-- What is to be grouped anew.
delete from state.regroupings where article_id in (select article_id from doomed_articles);
