-- Alerts for a story that its topic had alerted already, unless the story took in another that had
-- an alert of its own.
select topic_id, story_id
from alerts a
where kind = 'new_story' and not exists (from story_merges m where m.into_story_id = a.story_id)
group by topic_id, story_id
having count(*) > 1;
