-- Deliveries that have not arrived, in the order in which their messages were raised.
select d.channel, d.attempts, d.failed_at, d.next_attempt_at, m.alert_id, m.topic_id, m.title, m.text,
    b.day as brief_day
from deliveries d
join messages m using (alert_id)
left join briefs b on b.brief_id = d.alert_id
where d.state = 'pending'
order by m.raised_at, m.alert_id, d.channel;
