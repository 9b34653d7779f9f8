-- What was forgotten on request.
select coalesce(list(key order by key), []) as forgotten
from (select coalesce(address_hash, source_id) as key from forgotten);
