-- Pages that turned out to be of a forgotten article.
delete from state.pages where url in (select url from incoming);
