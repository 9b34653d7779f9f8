-- A topic's reports in the stories that it has alerted and that have an article since an instant:
-- its hits, and articles that it has reported but that no longer match. With their texts; if the
-- desk was told of another text, with that; and how they are known to be gone.
with told as (
    select t.article_id, arg_max(t.text_hash, b.raised_at) as text_hash, arg_max(t.seen_at, b.raised_at) as seen_at
    from alert_articles t
    join alerts b using (alert_id)
    where b.topic_id = $topic_id
    group by t.article_id
),
told_texts as (
    select
        t.article_id, v.title, v.body,
        v.text_hash <> coalesce(c.extracted_hash, a.text_hash) as differs
    from told t
    join state.articles a using (article_id)
    left join state.cleanings c using (article_id)
    join article_versions v on v.article_id = t.article_id and (v.text_hash = t.text_hash or v.seen_at <= t.seen_at)
    qualify row_number() over (partition by t.article_id order by v.text_hash = t.text_hash desc, v.seen_at desc) = 1
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
from story_articles s
join state.articles a using (article_id)
join sources o using (source_id)
left join state.topic_hits h on h.article_id = s.article_id and h.topic_id = $topic_id
left join told t on t.article_id = s.article_id
left join told_texts w on w.article_id = s.article_id and w.differs
left join gone_articles g on g.article_id = s.article_id
where (h.article_id is not null or t.article_id is not null) and s.story_id in (
    select b.story_id
    from alerts b
    join story_articles s2 using (story_id)
    join state.articles a2 using (article_id)
    where b.topic_id = $topic_id and coalesce(a2.published_at, a2.first_seen_at) >= $since
)
order by s.story_id, seen_at, s.article_id;
