-- Links that gave no article.
delete from rejections where url in (select url from doomed_addresses);
