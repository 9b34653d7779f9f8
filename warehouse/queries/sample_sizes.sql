-- How many articles and days were sampled of the source, and on how many articles a text has to
-- stand to count.
create or replace temp table sampled_sizes as
select
    source_id, count(*) as sampled, count(distinct seen_at::date) as days,
    greatest(least($articles, $most * count(*)), $least, $share * count(*)) as asked
from sampled_articles
group by source_id;
