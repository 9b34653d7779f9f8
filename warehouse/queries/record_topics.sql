-- The topics as topics.yaml declares them now; one that was taken out keeps its row, because its hits stay.
merge into topics t using incoming n on t.topic_id = n.topic_id
when matched then update set title = n.title, active = n.active
when not matched then insert (topic_id, title, active) values (n.topic_id, n.title, n.active);
