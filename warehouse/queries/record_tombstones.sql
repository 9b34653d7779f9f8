-- What is not taken in again, unless it stands there.
insert into forgotten (address_hash, source_id, reason, forgotten_at)
select distinct n.address_hash, n.source_id, n.reason, n.forgotten_at
from incoming n
where not exists (
    from forgotten f
    where f.address_hash is not distinct from n.address_hash and f.source_id is not distinct from n.source_id
);
