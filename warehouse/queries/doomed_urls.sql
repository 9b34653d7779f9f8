-- The addresses under which the doomed articles, or anything of the source, were met.
select u.url from article_urls u join doomed_articles using (article_id)
union
select a.url from state.articles a join doomed_articles using (article_id)
union
select unnest([p.url, p.found_url]) from state.pages p
where p.source_id = $source_id
    or p.url in (select u.url from article_urls u join doomed_articles using (article_id))
union
select unnest([l.url, l.found_url]) from state.links l
where l.source_id = $source_id
    or l.url in (select u.url from article_urls u join doomed_articles using (article_id))
union
select r.url from rejections r where r.source_id = $source_id;
