-- Stories that turned out to be one.
insert into story_merges (story_id, into_story_id, merged_at) select story_id, into_story_id, merged_at from incoming;
