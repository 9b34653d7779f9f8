-- One row per article that its outlet took away: its address says 410 or, at two looks half a day
-- apart, that there is nothing.
create or replace view gone_articles as
select d.article_id, d.url, d.detail, d.seen_at as gone_since
from doubtful_answers d
join state.articles a using (article_id)
where d.last_seen_at > a.last_seen_at
    and (d.reason = 'soft-404' or (d.reason = 'http-4xx' and d.detail in ('404', '410')))
    and (d.detail = '410' or d.last_seen_at - d.seen_at >= interval 12 hours)
qualify row_number() over (partition by d.article_id order by d.last_seen_at desc, d.reason) = 1;
