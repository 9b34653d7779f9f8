-- What a conditional GET of a page that is known sends.
alter table state.pages add column etag text;
alter table state.pages add column last_modified text;
