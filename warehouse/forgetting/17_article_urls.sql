-- Their addresses.
delete from article_urls
where article_id in (select article_id from doomed_articles) or url in (select url from doomed_addresses);
