-- Links that were tried, and whose pages were read, but that have neither an article nor a
-- rejection.
select l.url
from state.links l
where l.tried_at is not null
    and not exists (from article_urls u where u.url = l.url)
    and not exists (from rejections r where r.url = l.url)
    and not exists (from state.pages p where p.url = l.url and p.extracted_with is null);
