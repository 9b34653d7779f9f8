-- A rejection goes when an article lands under its URL.
delete from rejections where url in (select url from incoming);
