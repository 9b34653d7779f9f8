-- The clock of the run that last checked everything. NULL if none did.
select max(clock) as clock from state.whole_checks;
