-- Alerts follow their story into the one it was merged with.
update alerts set story_id = n.into_story_id from incoming n where alerts.story_id = n.story_id;
