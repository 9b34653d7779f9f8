-- Links under these identity keys that lead to no article yet.
select l.url, l.identity_key
from state.links l
where l.identity_key in (select unnest($keys::varchar[])) and not exists (from article_urls u where u.url = l.url);
