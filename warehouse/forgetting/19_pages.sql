-- The pages.
delete from state.pages where url in (select url from doomed_addresses);
