-- What is doubtful of an article, and whether a paywall may have cut it.
alter table state.articles add column paywalled boolean;
alter table state.articles add column doubts text;
update state.articles set paywalled = false;
alter table source_health add column doubtful integer default 0;
