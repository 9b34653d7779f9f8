-- The time zone that the days of each outlet are told in, and the days of what has no view.
alter table sources add column timezone text default 'Asia/Jakarta';  -- until the next run
alter table alerts add column raised_on date;
update alerts set raised_on = timezone('Asia/Jakarta', raised_at)::date;
