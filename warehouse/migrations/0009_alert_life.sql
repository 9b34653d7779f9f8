-- What each alert told of, when deliveries are tried again, and what each run looked at for each topic.
create table alert_articles (alert_id text not null, article_id text not null);

-- The desk has seen, or could have, what the stories that were alerted so far hold.
insert into alert_articles
select distinct a.alert_id, h.article_id
from alerts a
join story_articles s using (story_id)
join state.topic_hits h on h.article_id = s.article_id and h.topic_id = a.topic_id;

alter table deliveries add column failed_at timestamptz;
alter table deliveries add column next_attempt_at timestamptz;

create table heartbeats (
    topic_id text not null,
    run_id text not null,
    heartbeat_id text,
    looked_at timestamptz not null,
    sources integer not null,
    answered integer not null,
    links integer not null,
    articles integer not null,
    hits integer not null,
    alerts integer not null,
    missed text not null,
    title text not null,
    text text not null
);
