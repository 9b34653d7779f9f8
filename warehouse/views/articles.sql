-- One row per article, in its latest version.
create or replace view articles as
select
    a.* exclude (text_hash, landed_at, identity_key), s.story_id,
    local_day(a.published_at, zone := o.timezone) as published_on,
    local_day(a.first_seen_at, zone := o.timezone) as first_seen_on
from state.articles a
left join story_articles s using (article_id)
left join sources o using (source_id);
