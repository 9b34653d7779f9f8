-- The lines learned as clutter in a night.
select o.name as outlet, l.text, l.articles, l.kept
from learned_lines l
join sources o using (source_id)
where l.learned_at > $since and l.learned_at <= $until
order by lower(o.name), l.articles desc, l.line_id;
