-- The articles that are to be deleted: those with an id or a key, those of a source, and those that name an author.
create or replace temp table doomed_articles as
select a.article_id, a.source_id
from state.articles a
where list_contains(from_json_strict($article_ids, '["VARCHAR"]'), a.article_id)
    or list_contains(from_json_strict($keys, '["VARCHAR"]'), a.identity_key)
    or a.source_id = $source_id
    or list_contains(list_transform(string_split(lower(a.author), ';'), lambda name: trim(name)), lower($author))
    or exists (from article_urls u where u.article_id = a.article_id and list_contains(from_json_strict($urls, '["VARCHAR"]'), u.url));
