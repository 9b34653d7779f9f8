-- What each run looks for among what has changed, rather than in the whole archive.

-- Articles with which some step may have something to do. A run that ended its steps leaves none.
create table state.pending_articles (article_id text not null);
insert into state.pending_articles select article_id from state.articles;

-- With which models and versions of topics all articles were processed.
create table state.processed (what text not null, processed_with text not null);

-- How many articles a source had when its lines were last learned from at most so many of them.
create table state.lessons (source_id text not null, sample integer not null, articles integer not null);

-- When everything was checked, rather than what had changed.
create table state.whole_checks (clock timestamptz not null);
