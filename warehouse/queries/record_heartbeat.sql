-- What one run looked at for one topic; a message that was made of an earlier one stays the only
-- one of its kind and day.
insert into heartbeats
    (topic_id, run_id, heartbeat_id, looked_at, sources, answered, links, articles, hits, alerts, missed, title, text)
select
    topic_id, run_id,
    case when not exists (from heartbeats h where h.heartbeat_id = n.heartbeat_id) then heartbeat_id end,
    looked_at, sources, answered, links, articles, hits, alerts, missed, title, text
from incoming n;
