-- A topic's reports in the stories that it has alerted and that have an article since an instant:
-- its hits, and articles that it has reported but that no longer match. With their texts; if the
-- desk was told of another text, with that; and how they are known to be gone.
-- Texts are fetched by row id, so that those of the archive are not read.
with told as materialized (
    select t.article_id, arg_max(t.text_hash, b.raised_at) as text_hash, arg_max(t.seen_at, b.raised_at) as seen_at
    from alert_articles t
    join alerts b using (alert_id)
    where b.topic_id = $topic_id
    group by t.article_id
),
hits as materialized (
    select * from state.topic_hits where topic_id = $topic_id
),
alerted as materialized (
    select distinct b.story_id
    from alerts b
    join story_articles s using (story_id)
    join state.articles a using (article_id)
    where b.topic_id = $topic_id and coalesce(a.published_at, a.first_seen_at) >= $since
),
members as materialized (
    select *
    from story_articles
    where rowid in (select s.rowid from story_articles s where s.story_id in (select story_id from alerted))
        and article_id in (select article_id from hits union all select article_id from told)
),
places as materialized (
    select rowid as place from state.articles where article_id in (select article_id from members)
),
shown as materialized (
    select a.*, coalesce(c.extracted_hash, a.text_hash) as extracted_hash
    from state.articles a
    left join (from state.cleanings where article_id in (select article_id from members)) c using (article_id)
    where a.rowid in (select place from places)
),
versions as materialized (
    select rowid as place, article_id, text_hash, seen_at
    from article_versions
    where article_id in (select article_id from members)
),
told_versions as materialized (
    select v.place, v.text_hash <> a.extracted_hash as differs
    from told t
    join shown a using (article_id)
    join versions v on v.article_id = t.article_id and (v.text_hash = t.text_hash or v.seen_at <= t.seen_at)
    qualify row_number() over (partition by t.article_id order by v.text_hash = t.text_hash desc, v.seen_at desc) = 1
),
told_texts as materialized (
    select article_id, title, body
    from article_versions
    where rowid in (select place from told_versions where differs)
)
select
    s.story_id, s.article_id, coalesce(h.decision, 'mention') as decision,
    coalesce(h.strength, 'mention') as strength, coalesce(h.score, 0) as score,
    coalesce(h.evidence, '[]') as evidence, coalesce(a.published_at, a.first_seen_at) as seen_at,
    a.published_precision as precision, a.arrived_by, o.name as outlet, a.url, a.title, a.body, a.text_hash,
    s.relation, s.original_article_id, coalesce(s.certainty, 1) as certainty,
    t.article_id is not null as told, w.title as told_title,
    w.body as told_body,
    g.detail as gone
from members s
join shown a using (article_id)
join sources o using (source_id)
left join hits h on h.article_id = s.article_id
left join told t on t.article_id = s.article_id
left join told_texts w on w.article_id = s.article_id
left join gone_articles g on g.article_id = s.article_id
order by s.story_id, seen_at, s.article_id;
