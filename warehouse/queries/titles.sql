-- The headlines of a source's articles.
select distinct title from state.articles where source_id = $source_id;
