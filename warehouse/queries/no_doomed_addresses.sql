-- No address is to be deleted.
create or replace temp table doomed_addresses as select url, identity_key from state.links limit 0;
