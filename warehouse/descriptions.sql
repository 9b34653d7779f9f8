-- What every table and column of media.duckdb is, in the database itself. The one file with many statements: all of one kind.

comment on table sources is 'One row per outlet that sources.yaml has ever declared.';
comment on column sources.source_id is 'Short stable key of the outlet, as in sources.yaml.';
comment on column sources.name is 'The outlet''s name.';
comment on column sources.kind is 'press, agency, broadcaster or user_blog. Leave user_blog out of press counts.';
comment on column sources.home is 'The outlet''s home page.';
comment on column sources.status is 'active, or archive: never fetched live.';

comment on view articles is 'One row per article, in its latest version.';
comment on column articles.article_id is '16 hexadecimal digits made from the canonical URL: the same article has the same id everywhere.';
comment on column articles.source_id is 'The outlet that published it.';
comment on column articles.url is 'Canonical URL: no fragment, no tracking or full-page parameters; AMP and mobile twins joined.';
comment on column articles.title is 'The headline.';
comment on column articles.author is 'Who wrote it, names joined by ''; ''. NULL where the page names nobody.';
comment on column articles.editor is 'Who edited it, names joined by ''; ''.';
comment on column articles.credit is 'The agency or outlet the text is taken from, joined by ''; '', such as Reuters.';
comment on column articles.dateline is 'The place the report is dated from, as the body gives it.';
comment on column articles.published_at is 'When the page says that it was published; with precision day, local midnight. NULL where it has no date.';
comment on column articles.published_precision is 'second, minute or day: how exact published_at is.';
comment on column articles.published_from is 'Which part of the page published_at was read from.';
comment on column articles.modified_at is 'When the page says that it was last changed.';
comment on column articles.first_seen_at is 'When it was first fetched; in a replay or backfill, the date of its first archive record.';
comment on column articles.last_seen_at is 'When the text that stands here was fetched or archived.';
comment on column articles.language is 'Language code, such as id.';
comment on column articles.body is 'The article''s own paragraphs joined by newlines, without headline and clutter.';
comment on column articles.word_count is 'Words in the body, split at white space.';
comment on column articles.story_id is 'The story it belongs to.';
comment on column articles.arrived_by is 'run or backfill. What a backfill brought is never alerted.';

comment on table article_urls is 'One row per URL under which an article was met.';
comment on column article_urls.url is 'The URL, as it was met or in its canonical form.';
comment on column article_urls.article_id is 'The article that it leads to.';

comment on table article_versions is 'One row per distinct text of an article: compare two rows to see an edit.';
comment on column article_versions.article_id is 'The article.';
comment on column article_versions.version is 'From 1 in the order in which the texts were first seen.';
comment on column article_versions.seen_at is 'When this text was first seen.';
comment on column article_versions.title is 'The headline of this version.';
comment on column article_versions.body is 'The body of this version.';
comment on column article_versions.text_hash is '16 hexadecimal digits made from title and body.';

comment on table removed_text is 'One row per line, or part of a line, that extraction cut from an article''s current version.';
comment on column removed_text.article_id is 'The article.';
comment on column removed_text.rule is 'The rule that cut it.';
comment on column removed_text.text is 'What was cut.';

comment on table rejections is 'One row per link that has no article, with the reason.';
comment on column rejections.url is 'The canonical URL; for bad-url and private-address as it was listed.';
comment on column rejections.source_id is 'The outlet it was listed by.';
comment on column rejections.stage is 'discover, fetch or extract: where the link ended.';
comment on column rejections.reason is 'robots, http-4xx, http-5xx, timeout, redirect-loop, not-html, too-large, broken, soft-404, no-text, too-short, not-article, private-address or bad-url.';
comment on column rejections.detail is 'The reason in words.';
comment on column rejections.retry is 'Whether the next run tries it again.';
comment on column rejections.rejected_at is 'When it was last rejected.';

comment on view stories is 'One row per story: the reports of one event, whoever wrote them.';
comment on column stories.story_id is '16 hexadecimal digits that stay when articles join.';
comment on column stories.title is 'The headline of the article that was published first.';
comment on column stories.first_published_at is 'The earliest published_at of its articles, or first_seen_at where a page has no date.';
comment on column stories.last_published_at is 'The latest of the same.';
comment on column stories.article_count is 'Articles in it.';
comment on column stories.source_count is 'Outlets in it.';

comment on table story_articles is 'One row per article: its place in its story.';
comment on column story_articles.story_id is 'The story.';
comment on column story_articles.article_id is 'The article.';
comment on column story_articles.relation is 'original, copy (the same text), rewrite (the same report reworded), or same_story (an independent report).';
comment on column story_articles.original_article_id is 'For a copy or rewrite the article it was taken from, never another copy; else the article itself.';
comment on column story_articles.similarity is 'From 0 to 1: to the original, for same_story to the nearest article of the story; 1 for an original.';

comment on table story_merges is 'One row per story that turned out to be another: its articles are found under the other''s id.';
comment on column story_merges.story_id is 'The id that ended.';
comment on column story_merges.into_story_id is 'The older story, whose id lives on.';
comment on column story_merges.merged_at is 'The clock of the run that found out.';

comment on view topic_hits is 'One row per topic and article that matches it.';
comment on column topic_hits.topic_id is 'The topic, as in topics.yaml.';
comment on column topic_hits.topic_version is 'Hash of the rule that found it.';
comment on column topic_hits.article_id is 'The article.';
comment on column topic_hits.story_id is 'The story that the article belongs to now.';
comment on column topic_hits.decision is 'raised (an alert), joined (its story was alerted already), too_old, or backfill.';
comment on column topic_hits.score is 'From 0 to 1; 1 where the headline matches.';
comment on column topic_hits.evidence is 'JSON list of the terms found: group, field, start and end in characters, text, sentence.';

comment on table alerts is 'One row per alert to a desk.';
comment on column alerts.alert_id is '16 hexadecimal digits, also in the text that is sent: two messages with one id are one alert.';
comment on column alerts.topic_id is 'The topic.';
comment on column alerts.story_id is 'The story, after merges the one that lives on.';
comment on column alerts.kind is 'new_story: the first hit of a story.';
comment on column alerts.raised_at is 'The clock of the run that raised it.';
comment on column alerts.title is 'The message''s title.';
comment on column alerts.text is 'The message.';

comment on table deliveries is 'One row per alert and channel.';
comment on column deliveries.alert_id is 'The alert.';
comment on column deliveries.channel is 'The channel''s name in topics.yaml; its address is never stored.';
comment on column deliveries.state is 'pending, sent or dead.';
comment on column deliveries.attempts is 'How often it was tried.';
comment on column deliveries.last_error is 'Why the last attempt failed; NULL after a success.';
comment on column deliveries.sent_at is 'The clock of the run in which it arrived.';

comment on table runs is 'One row per run; the counts are what it added.';
comment on column runs.run_id is 'Made from the instant at which it started.';
comment on column runs.kind is 'run or backfill.';
comment on column runs.clock is 'What the run took for now.';
comment on column runs.started_at is 'When it started.';
comment on column runs.finished_at is 'When it finished; NULL while it runs, or where it was interrupted.';
comment on column runs.state is 'running, done, partial (a source failed or an archive was damaged), failed (no source could be looked at) or interrupted.';
comment on column runs.links is 'Links to articles not listed before.';
comment on column runs.pages is 'Pages stored.';
comment on column runs.articles is 'New articles.';
comment on column runs.rejections is 'New rejections, less those that became articles.';
comment on column runs.stories is 'New stories, less those that were merged.';
comment on column runs.hits is 'New topic hits.';
comment on column runs.alerts is 'Alerts raised.';

comment on table source_health is 'One row per source and day on which a run ended.';
comment on column source_health.day is 'The day in the source''s time zone.';
comment on column source_health.source_id is 'The outlet.';
comment on column source_health.state is 'new (articles came), nothing_new (looked, and found nothing new), failed, or not_looked.';
comment on column source_health.quiet is 'True when nothing new has come for longer than expect.silent_after, or fewer links are listed than expect.min_links.';
comment on column source_health.links is 'Links to articles that the last look of the day listed.';
comment on column source_health.articles is 'Articles that came on this day, without backfills.';
comment on column source_health.rejections is 'Links that ended without an article on this day.';
comment on column source_health.detail is 'What went wrong, in words.';

comment on table migrations is 'One row per change of the schema.';
comment on column migrations.name is 'The file in warehouse/migrations.';
comment on column migrations.applied_at is 'When it was applied.';

comment on table state.links is 'The run''s own: one row per link ever listed.';
comment on table state.documents is 'The run''s own: discovery documents, for conditional GETs.';
comment on table state.pages is 'The run''s own: one row per stored response, with the place of its WARC record.';
comment on table state.articles is 'The run''s own: what the view articles shows.';
comment on table state.vectors is 'The run''s own: one vector per article and embedding model.';
comment on table state.topic_looks is 'The run''s own: which text each topic has looked at.';
comment on table state.topic_hits is 'The run''s own: what the view topic_hits shows.';
