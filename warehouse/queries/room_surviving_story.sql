-- The story that a merged one lives on in.
with recursive chain as (
    select story_id, into_story_id, 1 as step from story_merges where story_id = $story_id
    union
    select m.story_id, m.into_story_id, c.step + 1 from story_merges m join chain c on m.story_id = c.into_story_id
    where c.step < 100
)
select into_story_id as story_id from chain order by step desc limit 1;
