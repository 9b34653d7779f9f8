-- The index of words: which articles hold a word, and how often. It is kept up to date by each run.
create table state.search_words (word text not null, stem text not null, word_id integer not null);

create table state.search_documents (
    document_id integer not null,
    article_id text not null,
    text_hash text not null,
    words integer not null,
    postings integer not null
);

create table state.search_postings (
    word_id integer not null,
    document_id integer not null,
    times utinyint not null,
    in_title boolean not null
);
