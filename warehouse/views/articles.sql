-- One row per article, in its latest version.
create or replace view articles as
select
    a.article_id, a.source_id, a.url, a.title, a.author, a.editor, a.credit, a.dateline,
    a.published_at, a.published_precision, a.published_from, a.modified_at, a.first_seen_at, a.last_seen_at,
    a.language, a.body, a.word_count, a.paywalled, a.doubts, s.story_id, a.arrived_by
from state.articles a
left join story_articles s using (article_id);
