-- One row per outlet that published texts of its own again: how many, how soon, how much changed.
create or replace view republished as
select
    source_id,
    count(*) as articles,
    count(*) filter (relation = 'copy') as copies,
    count(*) filter (relation = 'rewrite') as rewrites,
    median(delay) as median_delay,
    median(share_changed) as median_share_changed
from copies
where source_id = original_source_id
group by source_id;
