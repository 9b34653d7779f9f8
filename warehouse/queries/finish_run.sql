-- What a run did, counted.
update runs set
    finished_at = $finished_at, state = $state, links = $links, pages = $pages, articles = $articles,
    rejections = $rejections,
    stories = $stories, hits = $hits, alerts = $alerts, size_bytes = $size_bytes
where run_id = $run_id;
