-- Rejections of links that turned out to lead to a forgotten article.
delete from rejections where url in (select url from incoming);
