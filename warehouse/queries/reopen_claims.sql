-- Pages that lead to an article, and whose responses are still there, to be read by the extractor again.
update state.pages set extracted_with = null
where warc_offset >= 0
    and url in (from article_urls u join state.articles a using (article_id)
        join incoming n on n.url = a.url select u.url);
