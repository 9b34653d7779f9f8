-- How much the warehouse holds.
select
    (select count(*) from state.links) as links,
    (select count(*) from state.pages) as pages,
    (select count(*) from state.articles) as articles,
    (select count(*) from rejections) as rejections,
    (select count(distinct hash(story_id)) from story_articles) as stories,  -- hashes: in a third of the time
    (select count(*) from state.topic_hits) as hits,
    (select count(*) from alerts) as alerts;
