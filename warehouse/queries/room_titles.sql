-- The titles of the topics.
select topic_id, title from topics;
