-- A macro: the day of an instant, in the desk's time zone or another.
create or replace macro local_day(instant, zone := 'Asia/Jakarta') as
timezone(coalesce(zone, 'Asia/Jakarta'), instant)::date;
