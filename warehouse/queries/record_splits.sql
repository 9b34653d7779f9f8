-- Articles that left their story for another: those that were placed just now and say which story
-- they left.
insert into story_splits (article_id, story_id, into_story_id, split_at)
select article_id, left_story_id, story_id, placed_at from incoming where left_story_id is not null;
