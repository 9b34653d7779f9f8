-- The articles that alerts tell of.
insert into alert_articles (alert_id, article_id) select alert_id, article_id from incoming;
