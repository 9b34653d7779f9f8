-- How many hits each topic has.
select topic_id, count(*) as hits from state.topic_hits group by topic_id;
