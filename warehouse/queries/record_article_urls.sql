-- The URLs under which articles were met.
merge into article_urls t using (select distinct url, article_id from incoming) n on t.url = n.url
when matched then update set article_id = n.article_id
when not matched then insert (url, article_id) values (n.url, n.article_id);
