-- How many links gave no article in a night, by reason, with an example.
select r.reason, count(*) as links, count(distinct r.source_id) as outlets, min(r.url) as example
from rejections r
where r.rejected_at > $since and r.rejected_at <= $until
group by r.reason
order by links desc, r.reason;
