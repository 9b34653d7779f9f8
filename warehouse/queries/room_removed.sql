-- What was cut from an article, with the learned line that cut it, if one did.
select r.rule, r.text, l.text as learned, l.articles as learned_on
from removed_text r
left join learned_lines l on r.rule = 'learned:' || l.line_id
where r.article_id = $article_id
order by r.rowid;
