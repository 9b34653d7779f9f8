-- Where on the page each field of an article was read, and which places say something else.
create table field_origins (
    article_id text not null,
    field text not null,
    place text not null,
    text text not null,
    taken boolean not null
);
