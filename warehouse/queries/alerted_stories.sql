-- The stories that a topic has alerted.
select distinct topic_id, story_id from alerts;
