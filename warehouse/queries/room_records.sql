-- The archived responses that an article was met in, the newest first.
select p.url, p.fetched_at, p.content_type, p.warc_file, p.warc_offset
from article_urls u
join state.pages p using (url)
where u.article_id = $article_id
order by p.fetched_at desc, p.url;
