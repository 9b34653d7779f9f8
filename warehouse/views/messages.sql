-- One row per message: every alert, the heartbeats and briefs that are sent, and what operators are
-- told of problems.
create or replace view messages as
select alert_id, topic_id, kind, raised_at, title, text, raised_on from alerts
union all
select heartbeat_id, topic_id, 'heartbeat', looked_at, title, text, local_day(looked_at)
from heartbeats where heartbeat_id is not null
union all
select brief_id, null, 'brief', raised_at, title, text, local_day(raised_at) from briefs
union all
select message_id, null, 'problem_' || event, raised_at, title, text, local_day(raised_at) from problem_messages;
