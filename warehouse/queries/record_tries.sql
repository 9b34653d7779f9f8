-- Links whose fetch came to an end: what the sitemap said then is what the page was fetched for.
update state.links set tried_at = n.tried_at,
    tried_lastmod = case when n.ended then links.lastmod else links.tried_lastmod end
from incoming n where links.url = n.url;
