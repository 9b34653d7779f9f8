-- The topics that are watched, with what the last run of the night looked at for each.
select
    t.topic_id, t.title, h.looked_at, h.sources, h.answered, h.links, coalesce(h.missed, '') as missed
from topics t
left join (
    select * from heartbeats
    where looked_at > $since and looked_at <= $until
    qualify row_number() over (partition by topic_id order by looked_at desc, run_id desc) = 1
) h using (topic_id)
where t.active
order by lower(t.title), t.topic_id;
