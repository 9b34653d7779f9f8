-- The keys of a table are kept as they are.
insert into state.uncompressed values ($table);
