-- No text is looked for.
create or replace temp table doomed_probes as select text from removed_text limit 0;
