-- How surely an article belongs in its story. Null: placed by an earlier version, which did not say.
alter table story_articles add column certainty float;
