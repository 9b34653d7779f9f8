-- The identity keys of articles.
update state.articles t set identity_key = n.identity_key from incoming n
where t.url = n.url and t.identity_key is null;
