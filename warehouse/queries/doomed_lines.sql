-- Headlines and lines of the doomed articles, in all their versions, that no other article of their
-- stories has: by these, their text is told from that of others.
with texts as (
    select a.article_id, a.title || E'\n' || a.body as text from state.articles a
    union all
    select v.article_id, v.title || E'\n' || v.body from article_versions v
    union all
    select d.article_id, coalesce(d.title, '') || E'\n' || coalesce(d.body, '') from doubtful_answers d
),
doomed as (
    select distinct unnest(string_split(t.text, E'\n')) as line
    from texts t join doomed_articles using (article_id)
    union
    select l.title from state.links l where l.url in (select url from doomed_addresses) and l.title is not null
),
neighbours as (
    select distinct n.article_id
    from doomed_articles d
    join story_articles s using (article_id)
    join story_articles n on n.story_id = s.story_id
    where n.article_id not in (select article_id from doomed_articles)
),
theirs as (
    select distinct unnest(string_split(t.text, E'\n')) as line from texts t join neighbours using (article_id)
)
select line from doomed where len(line) >= $least and line not in (select line from theirs) order by line;
