-- The identity keys of pages.
update state.pages p set identity_key = n.identity_key
from incoming n
where p.identity_key is null and n.url = case when p.final_url = p.found_url then p.url else p.final_url end;
