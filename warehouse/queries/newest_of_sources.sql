-- When each source's newest article was published or, where its page has no date, seen.
select source_id, max(coalesce(published_at, first_seen_at)) as newest from state.articles group by source_id;
