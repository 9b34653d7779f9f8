-- The texts that may return: whole sentences (`whole`) and their first one to eight words, with the
-- word behind them, of the sentences that open as many others do.
create or replace temp table sampled_texts as
with openings as (
    select source_id, array_to_string(words[:2], ' ') as opening
    from sampled_sentences join sampled_sizes using (source_id)
    group by source_id, opening
    having count(distinct unit) >= any_value(asked)
),
first_words as (
    select source_id, words[1] as opening
    from sampled_sentences join sampled_sizes using (source_id)
    group by source_id, opening
    having count(distinct unit) >= any_value(asked)
),
candidates as materialized (
    select s.*
    from sampled_sentences s
    where exists (from openings o where o.source_id = s.source_id and o.opening = array_to_string(s.words[:2], ' '))
        or exists (from first_words o where o.source_id = s.source_id and o.opening = s.words[1]
            and (ends_with(o.opening, ':') or not regexp_matches(o.opening, '[,a-z]$')
                or regexp_matches(o.opening, $marks)))
)
select source_id, unit, is_first, true as whole, sentence as text, '' as next, line_end
from candidates
where sentence <> ''
union all
select source_id, unit, is_first, false, array_to_string(words[:length], ' '), words[length + 1], line_end
from (select *, unnest(range(1, least(len(words), 9))) as length from candidates);
