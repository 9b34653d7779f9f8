-- Versions count from 1 in the order in which their texts were seen, also when an older capture
-- comes in later.
update article_versions v set version = n.version
from (
    select article_id, text_hash, row_number() over (partition by article_id order by seen_at, text_hash) as version
    from article_versions
    where article_id in (select article_id from incoming)
) n
where v.article_id = n.article_id and v.text_hash = n.text_hash and v.version <> n.version;
