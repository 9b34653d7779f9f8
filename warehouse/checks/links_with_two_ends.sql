-- Links that ended both as an article and as a rejection.
select r.url from rejections r join article_urls u using (url);
