-- The articles of a night, in the order in which they were published: with `looked`, those that came in then, or else
-- those published then.
select
    a.article_id, s.story_id, a.source_id, o.kind as source_kind, s.relation, s.original_article_id, a.doubts
from state.articles a
join story_articles s using (article_id)
join sources o using (source_id)
where if($looked, a.landed_at, a.published_at) > $since
    and if($looked, a.landed_at, a.published_at) <= $until
    and (not $looked or a.arrived_by = 'run')
order by coalesce(a.published_at, a.first_seen_at), a.article_id;
