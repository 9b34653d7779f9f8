-- The brief of a night that is sent; the first one of its day stays the only one.
insert into briefs (brief_id, day, raised_at, title, text)
select brief_id, day, raised_at, title, text
from incoming n
where not exists (from briefs b where b.brief_id = n.brief_id);
