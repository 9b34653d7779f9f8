-- What is doubtful about an outlet's articles of the last days, by kind: on how many, and the newest of them.
select
    doubt, count(*) as articles, max(coalesce(published_at, first_seen_at)) as newest_at,
    arg_max(article_id, coalesce(published_at, first_seen_at)) as article_id,
    arg_max(title, coalesce(published_at, first_seen_at)) as title
from (
    select a.*, unnest(string_split(a.doubts, '; ')) as doubt
    from state.articles a
    where a.source_id = $source_id and a.doubts is not null
)
where landed_at > (select max(clock) from runs) - to_days($days::integer)
group by doubt
order by articles desc, doubt;
