-- Articles whose text is that of another address: whatever their own pages say counts, however old
-- it is.
update state.articles set last_seen_at = first_seen_at from incoming n where articles.url = n.url;
