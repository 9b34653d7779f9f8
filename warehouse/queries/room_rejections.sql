-- Why links of an outlet gave no article in the last days, by reason, with the newest example.
select
    reason, count(*) as links, max(rejected_at) as newest_at, arg_max(url, rejected_at) as url,
    arg_max(detail, rejected_at) as detail
from rejections
where source_id = $source_id and rejected_at > (select max(clock) from runs) - to_days($days::integer)
group by reason
order by links desc, reason;
