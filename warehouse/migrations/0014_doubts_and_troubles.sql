-- What known articles' addresses answer that is not taken for the article; which text of an article each alert told of; and what runs could
-- not look at.
create table doubtful_answers (
    article_id text not null,
    url text not null,
    reason text not null,
    detail text not null,
    title text,
    body text,
    text_hash text not null,
    seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    noted_at timestamptz not null
);

-- The desk has seen, or could have, what the articles it was told of say by now.
alter table alert_articles add column text_hash text;
alter table alert_articles add column seen_at timestamptz;
update alert_articles set text_hash = coalesce(c.extracted_hash, a.text_hash), seen_at = a.last_seen_at
from state.articles a
left join state.cleanings c using (article_id)
where a.article_id = alert_articles.article_id;

create table troubles (
    run_id text not null,
    source_id text,
    kind text not null,
    count integer not null,
    example text not null
);
