-- The identity keys of links.
update state.links t set identity_key = n.identity_key from incoming n where t.url = n.url and t.identity_key is null;
