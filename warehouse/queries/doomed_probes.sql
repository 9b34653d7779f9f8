-- The beginnings of lines by which a doomed text is told.
create or replace temp table doomed_probes as select distinct text from incoming;
