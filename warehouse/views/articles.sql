-- One row per article, in its latest version.
create or replace view articles as
select a.* exclude (text_hash, landed_at, identity_key), s.story_id
from state.articles a
left join story_articles s using (article_id);
