-- Where the fields of an article were read.
select field, place, text, taken from field_origins where article_id = $article_id order by rowid;
