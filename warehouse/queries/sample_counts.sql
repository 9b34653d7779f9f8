-- One row per text that opens sentences of many sampled articles, or is such a sentence: on how
-- many, and what stands behind it.
create or replace temp table sampled_counts as
select
    source_id, whole, text,
    count(distinct unit) as articles,
    avg(is_first::int) as first_share,
    avg((regexp_matches(next, '^["“‘''(\[]*[\p{Lu}\d]'))::int) as capital_share,
    avg((list_contains(from_json_strict($openers, '["VARCHAR"]'), lower(rtrim(next, ','))) and regexp_matches(next, '^\p{Lu}'))::int) as opener_share,
    avg(coalesce(len(line_end) <= 250 and not regexp_matches(line_end, '[.]["”]?$'), false)::int) as tail_share,
    max(continued_share) as next_share
from (
    select *, count(*) over (partition by source_id, whole, text, next)
        / count(*) over (partition by source_id, whole, text)
            as continued_share
    from sampled_texts
) join sampled_sizes using (source_id)
group by source_id, whole, text
having count(distinct unit) >= any_value(asked);
