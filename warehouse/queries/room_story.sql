-- One story.
select story_id, title, first_published_at, last_published_at, closes_at, article_count, source_count, cohesion
from stories
where story_id = $story_id;
