-- One row per line learned about a source: on how many of how many articles it was counted, and
-- from how many it is cut now.
select
    l.line_id, l.shape, l.text, l.articles, round(l.articles / l.share)::integer as counted, l.first_seen_at,
    l.last_seen_at, l.learned_at,
    l.kept, count(distinct r.article_id) as cut_from
from learned_lines l
left join removed_text r on r.rule = 'learned:' || l.line_id
where l.source_id = $source_id
group by all
order by l.articles desc, l.text;
