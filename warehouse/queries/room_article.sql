-- One article, with its place in its story.
select
    a.article_id, a.source_id, o.name as outlet, a.url, a.title, a.author, a.editor, a.credit, a.dateline,
    a.published_at, a.published_precision, a.published_from, a.modified_at, a.first_seen_at, a.last_seen_at,
    a.language, a.body, a.word_count, a.arrived_by, a.paywalled, a.doubts,
    s.story_id, s.relation, s.original_article_id, s.similarity, s.certainty
from state.articles a
join sources o using (source_id)
left join story_articles s using (article_id)
where a.article_id = $article_id;
