-- Which articles tell the same story. A story is its articles: its row is a view.
create table story_articles (
    story_id text not null,
    article_id text not null,
    relation text not null,
    original_article_id text not null,
    similarity float not null
);

create table story_merges (
    story_id text not null,
    into_story_id text not null,
    merged_at timestamptz not null
);
