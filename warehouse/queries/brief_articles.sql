-- The articles of a night, in the order in which they were published: with `looked`, those that came in then, or else
-- those published then. `taken`: it is a copy or a rewrite of another outlet's.
select
    a.article_id, s.story_id, a.source_id, o.kind as source_kind, a.doubts,
    s.relation in ('copy', 'rewrite') and original.source_id <> a.source_id as taken
from state.articles a
join story_articles s using (article_id)
join sources o using (source_id)
left join state.articles original on original.article_id = s.original_article_id
where if($looked, a.landed_at, a.published_at) > $since
    and if($looked, a.landed_at, a.published_at) <= $until
    and (not $looked or a.arrived_by = 'run')
order by coalesce(a.published_at, a.first_seen_at), a.article_id;
