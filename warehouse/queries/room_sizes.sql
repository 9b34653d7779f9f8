-- What the snapshot holds, and when the last run ended.
select
    (select count(*) from state.articles) as articles, (select count(distinct story_id) from story_articles) as stories,
    (select count(*) from sources) as sources, (select max(clock) from runs where finished_at is not null) as clock;
