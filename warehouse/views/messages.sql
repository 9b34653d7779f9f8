-- One row per message to a desk: every alert, and the heartbeats and briefs that are sent.
create or replace view messages as
select alert_id, topic_id, kind, raised_at, title, text, raised_on from alerts
union all
select heartbeat_id, topic_id, 'heartbeat', looked_at, title, text, local_day(looked_at)
from heartbeats where heartbeat_id is not null
union all
select brief_id, null, 'brief', raised_at, title, text, local_day(raised_at) from briefs;
