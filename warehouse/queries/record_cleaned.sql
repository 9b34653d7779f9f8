-- Articles without what was learned. Their versions keep the text as it was extracted.
update state.articles set body = n.body, word_count = n.word_count, text_hash = n.text_hash
from incoming n where articles.article_id = n.article_id;
