-- Articles that have, or had, one of these texts, by source, text and address.
select distinct a.source_id, v.text_hash, a.identity_key
from article_versions v
join state.articles a using (article_id)
where v.text_hash in (select unnest(from_json_strict($texts, '["VARCHAR"]')));
