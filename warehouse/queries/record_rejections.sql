-- Links that ended without an article. A URL that has an article keeps it as its end. A page that
-- is only read again, and ends as before, keeps its day: source_health counts by it.
merge into rejections t
using (from incoming i where not exists (from article_urls u where u.url = i.url)) n on t.url = n.url
when matched then update set
    source_id = n.source_id, stage = n.stage, reason = n.reason, detail = n.detail, retry = n.retry,
    rejected_at = case
        when t.stage = 'extract' and n.stage = 'extract' and t.reason = n.reason then t.rejected_at
        else n.rejected_at
    end
when not matched then insert (url, source_id, stage, reason, detail, retry, rejected_at)
    values (n.url, n.source_id, n.stage, n.reason, n.detail, n.retry, n.rejected_at);
