-- Everything was checked, and nothing found.
insert into state.whole_checks values ($clock);
