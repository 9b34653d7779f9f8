-- Links that turned out to lead to a forgotten article.
delete from state.links where url in (select url from incoming);
