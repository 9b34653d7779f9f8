-- How long what is kept: for each source the instants before which pages, texts, and archived responses expire.
create or replace temp table limits as
select source_id, pages_before, texts_before, warc_before, alerted from incoming;
