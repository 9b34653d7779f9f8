-- The placed articles published from an instant on are to be placed anew.
insert into state.regroupings
select s.article_id
from story_articles s
join state.articles a using (article_id)
where coalesce(a.published_at, a.first_seen_at) >= $since
    and s.article_id not in (select article_id from state.regroupings);
