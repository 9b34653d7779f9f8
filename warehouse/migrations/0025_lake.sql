-- What a warehouse in a lake keeps of itself: which views and descriptions stand in it, and when it was last published.
create table state.upkeep (described_as text, published_at timestamptz);
insert into state.upkeep values (null, null);
