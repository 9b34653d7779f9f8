-- The links.
delete from state.links where url in (select url from doomed_addresses);
