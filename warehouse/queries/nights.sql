-- What each source gave by day, the oldest first, up to a day and as far back as is compared. Days
-- of which an older version recorded too little are left out.
select
    source_id, day, most_links as links, new_links, articles, unread, blocked, dated, signed, contained, incomplete,
    mean_words as words, usable_at, hours
from source_health
where state <> 'not_looked' and new_links is not null and day between $since::date and $until::date
order by source_id, day;
