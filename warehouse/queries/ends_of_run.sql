-- How the pages of each source ended since an instant: as articles, with their doubts; as
-- rejections, by reason; and as answers of known articles' URLs that were not taken for their text.
-- Leaves out backfills.
with ended as (
    select source_id, 'article' as what, '' as reason, url
    from state.articles
    where arrived_by = 'run' and landed_at >= $since
    union all
    select source_id, 'doubt', unnest(string_split(doubts, '; ')), url
    from state.articles
    where arrived_by = 'run' and landed_at >= $since and doubts is not null
    union all
    select source_id, 'rejection', if(reason = 'http-4xx', reason || ' ' || detail, reason), url
    from rejections
    where rejected_at >= $since and stage <> 'discover'
    union all
    select a.source_id, 'answer', if(d.reason = 'http-4xx', d.reason || ' ' || d.detail, d.reason), d.url
    from doubtful_answers d
    join state.articles a using (article_id)
    where d.noted_at >= $since and d.last_seen_at > a.last_seen_at
)
select source_id, what, reason, count(*)::integer as count, min(url) as example
from ended
group by all
order by all;
