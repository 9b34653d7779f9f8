-- Links, articles and URLs that stand twice: their natural keys are what primary keys would guard.
select 'link' as what, url as key from state.links group by url having count(*) > 1
union all
select 'article', article_id from state.articles group by article_id having count(*) > 1
union all
select 'article_url', url from article_urls group by url having count(*) > 1
union all
select 'rejection', url from rejections group by url having count(*) > 1
union all
select 'version', article_id || ' ' || version from article_versions group by article_id, version having count(*) > 1
union all
select 'vector', article_id || ' ' || model from state.vectors group by article_id, model having count(*) > 1
union all
select 'delivery', alert_id || ' ' || channel from deliveries group by alert_id, channel having count(*) > 1;
