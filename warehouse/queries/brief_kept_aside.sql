-- Known articles whose address answered something else in a night, by what it was.
select reason, count(*) as articles
from doubtful_answers
where noted_at > $since and noted_at <= $until
group by reason
order by articles desc, reason;
