-- Which articles `reprocess --stage group` is to place anew.
create table state.regroupings (article_id text not null);
