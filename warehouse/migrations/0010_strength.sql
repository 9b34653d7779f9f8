-- Whether a hit's topic is what the article is about. Rules so far told no difference; their next version decides.
alter table state.topic_hits add column strength text default 'subject';
