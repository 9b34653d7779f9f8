-- Topics that articles of a story match, with how many have the topic as their subject and how many mention it.
select
    h.topic_id, count(*) filter (where h.strength = 'subject') as subjects,
    count(*) filter (where h.strength = 'mention') as mentions
from state.topic_hits h
join story_articles s using (article_id)
where s.story_id = $story_id
group by h.topic_id
order by subjects desc, h.topic_id;
