-- The addresses of the articles that changed, and those that were listed, tried, or rejected since an
-- instant.
create or replace table changed.main.changed_urls as
select url from article_urls where article_id in (select article_id from changed.main.changed_articles)
union
select url from state.links where tried_at >= $since or discovered_at >= $since
union
select url from rejections where rejected_at >= $since
union
select url from state.pages where extracted_with is null;
