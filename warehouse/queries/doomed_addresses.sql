-- The addresses that are to be deleted, with their keys; and pages and links that are other forms of them.
create or replace temp table doomed_addresses as
select distinct url, identity_key from incoming
union
select l.url, l.identity_key from state.links l where l.identity_key in (select i.identity_key from incoming i)
union
select p.url, p.identity_key from state.pages p where p.identity_key in (select i.identity_key from incoming i);
