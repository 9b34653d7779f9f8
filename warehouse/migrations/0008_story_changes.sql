-- Which articles left a story for another, other than by a merge of the two.
create table story_splits (
    article_id text not null,
    story_id text not null,
    into_story_id text not null,
    split_at timestamptz not null
);
