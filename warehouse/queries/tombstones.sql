-- What is not taken in again: the hashes of addresses, and sources.
select address_hash, source_id from forgotten;
