-- A link's other forms take the newest lastmod too: the one that is listed today need not be the
-- one that was fetched.
update state.links t set lastmod = n.lastmod
from (select identity_key, max(lastmod::timestamptz) as lastmod from incoming group by all) n
where t.identity_key = n.identity_key and n.lastmod > coalesce(t.lastmod, '-infinity'::timestamptz);
