-- What every table and column means, stored in the database itself. `make docs` makes docs/warehouse.md from this file, in this order.
-- It is the only file with more than one statement. A column is never NULL unless its comment says when.

comment on table sources is 'One row per outlet that sources.yaml has ever declared.';
comment on column sources.source_id is 'The outlet''s short, stable key, as in sources.yaml.';
comment on column sources.name is 'The outlet''s name.';
comment on column sources.kind is 'press, agency, broadcaster, or user_blog. Leave user_blog out of press counts.';
comment on column sources.home is 'URL of the outlet''s home page.';
comment on column sources.status is 'active, or archive (never fetched live).';
comment on column sources.timezone is 'The time zone that its local days are told in, as in sources.yaml; Asia/Jakarta for an outlet that is no longer declared there.';

comment on table topics is 'One row per topic that topics.yaml has ever declared.';
comment on column topics.topic_id is 'The topic''s short, stable key, as in topics.yaml.';
comment on column topics.title is 'The topic''s title.';
comment on column topics.active is 'Whether the last run watched for it.';

comment on view articles is 'One row per article, in its newest version.';
comment on column articles.article_id is '16 hexadecimal digits derived from the canonical URL, so an article has the same id in every warehouse.';
comment on column articles.source_id is 'The outlet that published it.';
comment on column articles.url is 'The canonical URL: without fragment, tracking, and full-page parameters; the same for AMP and mobile forms.';
comment on column articles.title is 'The headline.';
comment on column articles.author is 'Who wrote it; names are joined by ''; ''. NULL if the page names nobody.';
comment on column articles.editor is 'Who edited it; names are joined by ''; ''. NULL if the page names nobody.';
comment on column articles.credit is 'The agencies or outlets the text comes from, such as Reuters, joined by ''; ''. NULL if the page names none.';
comment on column articles.dateline is 'The place the report is filed from, as written in the body. NULL if there is none.';
comment on column articles.published_at is 'When it was published, according to the page; with precision day, local midnight in the source''s time zone. NULL if the page has no date.';
comment on column articles.published_on is 'The day of published_at in the source''s time zone. NULL if published_at is.';
comment on column articles.published_precision is 'How exact published_at is: second, minute, or day. NULL if published_at is.';
comment on column articles.published_from is 'Where published_at was read: visible (the line next to the headline), json-ld, meta, and so on. NULL if published_at is.';
comment on column articles.modified_at is 'When it was last changed, according to the page. NULL if the page does not say.';
comment on column articles.first_seen_at is 'When it was first fetched; in a replay or backfill, the date of its oldest archive record.';
comment on column articles.first_seen_on is 'The day of first_seen_at in the source''s time zone.';
comment on column articles.last_seen_at is 'When the current text was fetched or, in a replay or backfill, archived.';
comment on column articles.language is 'The language code declared for the source, such as id; it is not detected.';
comment on column articles.body is 'The article''s paragraphs, joined by newlines, in NFC, without headline and clutter.';
comment on column articles.word_count is 'The number of words in the body, split at white space.';
comment on column articles.paywalled is 'Whether the page declares that it is not free to read. If so, its text may be incomplete.';
comment on column articles.doubts is 'What is doubtful about the text, joined by ''; '': container-missing (no selector in the source''s container found it), no-visible-headline, no-date, shorter-than-stated (shorter than the text in the page''s metadata), mostly-cut (more of its element was cut than kept). NULL if nothing is.';
comment on column articles.story_id is 'The story it belongs to. NULL until it is grouped; in a published snapshot, every article is.';
comment on column articles.arrived_by is 'How its first page arrived: run or backfill. Articles from a backfill never alert.';

comment on view quotes is 'One row per quoted sentence: what stands between quotation marks and is said by somebody, or ends as a sentence does.';
comment on column quotes.article_id is 'The article.';
comment on column quotes.source_id is 'The outlet that published it.';
comment on column quotes.published_on is 'The day of its published_at in the source''s time zone. NULL if it has no date.';
comment on column quotes.quote is 'The words between the marks; quotation marks within are straight ones.';
comment on column quotes.speaker is 'Who probably says so: the name that the same sentence gives beside a verb of speech, with the office before it, as written. NULL if it gives none, or a pronoun.';

comment on view agencies is 'One row per article and news agency or broadcaster that it names as its source. An agency''s own articles do not name it.';
comment on column agencies.article_id is 'The article.';
comment on column agencies.source_id is 'The outlet that published it.';
comment on column agencies.agency is 'The name by which all its spellings go: Antara, Reuters, AFP, AP, Xinhua, Yonhap, KCNA, TASS, VOA, BBC, and so on.';
comment on column agencies.evidence is 'The strongest that there is: credit (it is in articles.credit), dateline (it stands before the first sentence, as in "Jakarta (ANTARA) -"), or text (it is cited, as in "dikutip dari Reuters").';
comment on column agencies.published_on is 'The day of the article''s published_at in the source''s time zone. NULL if it has no date.';

comment on table article_urls is 'One row per URL at which an article was found.';
comment on column article_urls.url is 'The canonical URL, or another that leads to the same article, such as its http or mobile form.';
comment on column article_urls.article_id is 'The article it leads to.';

comment on table article_versions is 'One row per distinct text of an article: compare two rows to see an edit.';
comment on column article_versions.article_id is 'The article.';
comment on column article_versions.version is 'Counts from 1, in the order in which the texts were first seen.';
comment on column article_versions.seen_at is 'When this text was first fetched or archived.';
comment on column article_versions.title is 'The headline of this version.';
comment on column article_versions.body is 'The body of this version as extracted, including learned lines.';
comment on column article_versions.text_hash is '16 hexadecimal digits derived from title and body.';

comment on view edits is 'One row per later version of an article: what its outlet changed. Rows with nothing added or cut, and the same title, differ in the order of their sentences.';
comment on column edits.article_id is 'The article.';
comment on column edits.source_id is 'The outlet that published it.';
comment on column edits.version is 'The version that this edit made, from 2 on.';
comment on column edits.seen_at is 'When it was first fetched or archived.';
comment on column edits.seen_on is 'The day of seen_at in the source''s time zone.';
comment on column edits.previous_title is 'The headline before.';
comment on column edits.title is 'The headline after; often the same.';
comment on column edits.added is 'The sentences that the version before does not have word for word, as a list in order.';
comment on column edits.cut is 'The sentences of the version before that this one does not have word for word, as a list in order.';

comment on table doubtful_answers is 'One row per article and later answer of its address that was not accepted: a text that may not be the article''s, or no text.';
comment on column doubtful_answers.article_id is 'The article, which keeps its text.';
comment on column doubtful_answers.url is 'The address that was requested. Later runs request it again.';
comment on column doubtful_answers.reason is 'another-text (shares neither headline, words, nor date with the previous text), cut-short (a part of it), or a reason as in rejections.';
comment on column doubtful_answers.detail is 'More about a rejection, such as the status; otherwise empty.';
comment on column doubtful_answers.title is 'The headline of the text. NULL for a rejection.';
comment on column doubtful_answers.body is 'The text. NULL for a rejection.';
comment on column doubtful_answers.text_hash is 'Identifies the text; empty for a rejection.';
comment on column doubtful_answers.seen_at is 'When it was first seen.';
comment on column doubtful_answers.last_seen_at is 'When it was last seen. If the address still answers this, it is later than the article''s last_seen_at.';
comment on column doubtful_answers.noted_at is 'The clock of the last run that saw it.';

comment on view gone_articles is 'One row per article that its outlet took down: its address answers 410 or, at two looks half a day apart, that there is nothing.';
comment on column gone_articles.article_id is 'The article.';
comment on column gone_articles.url is 'Its address.';
comment on column gone_articles.detail is 'What the address answers.';
comment on column gone_articles.gone_since is 'When it was first found to be gone.';

comment on table removed_text is 'One row per line, or part of a line, that was cut from the newest version of an article.';
comment on column removed_text.article_id is 'The article.';
comment on column removed_text.rule is 'The rule that cut it. prune: and strip: are the source''s own rules in sources.yaml; learned: is followed by a line_id in learned_lines.';
comment on column removed_text.text is 'What was cut.';

comment on table field_origins is 'One row per field of an article and place on its page that says something about it. Articles that were read before 0018_field_origins was applied have none until they are read again.';
comment on column field_origins.article_id is 'The article.';
comment on column field_origins.field is 'The column of articles: title, author, editor, credit, dateline, published_at, modified_at, or body.';
comment on column field_origins.place is 'The place: visible (a line that readers see; of a headline its element), json-ld, microdata, time, title, meta or the name of a meta tag, alt, url, the rule that cut the words from the text, or, of a body, container (a selector of the source) or density (the element that was chosen).';
comment on column field_origins.text is 'Its words; of a body, the selector. At most 300 characters.';
comment on column field_origins.taken is 'Whether it was believed. If not, it says something else.';

comment on table learned_lines is 'One row per line learned as clutter for an outlet, because it recurs on many of its articles.';
comment on column learned_lines.line_id is '16 hexadecimal digits. In removed_text, whatever the line cut has the rule learned: followed by this id.';
comment on column learned_lines.source_id is 'The outlet.';
comment on column learned_lines.shape is 'line (a whole sentence), insert (a fixed phrase before a new sentence), or label (the fixed beginning of a text that varies, such as a headline, and is cut with it).';
comment on column learned_lines.text is 'The line, or its fixed beginning.';
comment on column learned_lines.articles is 'The number of the outlet''s newest articles it was last counted on.';
comment on column learned_lines.share is 'That number as a share of the articles examined.';
comment on column learned_lines.first_seen_at is 'The date of the first article it was counted on.';
comment on column learned_lines.last_seen_at is 'The date of the last article it was counted on.';
comment on column learned_lines.learned_at is 'The clock of the run that learned it.';
comment on column learned_lines.kept is 'Whether keep in sources.yaml overrules it. If so, it stays in the articles.';

comment on table rejections is 'One row per link that gave no article, with the reason.';
comment on column rejections.url is 'The canonical URL; for bad-url and private-address, the URL as listed.';
comment on column rejections.source_id is 'The outlet the link belongs to; for an entry refused in a listing, the outlet that listed it.';
comment on column rejections.stage is 'The step at which the link ended: discover, fetch, or extract.';
comment on column rejections.reason is 'robots, http-4xx, http-5xx, timeout, redirect-loop, not-html, too-large, broken, soft-404 (the article is gone), interstitial (a bot check, a consent or login wall, maintenance, an error, or a geo block stands in front of it), no-text, too-short, not-article, private-address, or bad-url.';
comment on column rejections.detail is 'The reason in words. May be empty.';
comment on column rejections.retry is 'Whether the next run tries it again. Runs do so for 14 days after the link was first listed.';
comment on column rejections.rejected_at is 'The clock of the run that last rejected it.';

comment on view stories is 'One row per story: all reports of one event, whoever wrote them.';
comment on column stories.story_id is '16 hexadecimal digits, which stay the same when articles join.';
comment on column stories.title is 'The headline of the article that was published first.';
comment on column stories.first_published_at is 'The earliest published_at of its articles, or first_seen_at for a page without a date.';
comment on column stories.first_published_on is 'The earliest day of its articles, each in its source''s time zone.';
comment on column stories.last_published_at is 'The latest of these.';
comment on column stories.last_published_on is 'The latest of these days.';
comment on column stories.closes_at is '72 hours after last_published_at. An article published later founds its own story. Open stories: closes_at > now().';
comment on column stories.article_count is 'The number of articles in it.';
comment on column stories.source_count is 'The number of outlets in it.';
comment on column stories.cohesion is 'From 0 to 1, how sure the story is: the mean certainty of its articles. Null while an earlier version placed them all.';

comment on table story_articles is 'One row per article, with its place in its story.';
comment on column story_articles.story_id is 'The story.';
comment on column story_articles.article_id is 'The article.';
comment on column story_articles.relation is 'original (the first report, not taken from another), copy (the same text), rewrite (the same report reworded), or same_story (another report of the event).';
comment on column story_articles.original_article_id is 'For a copy or rewrite, the article it was taken from, which is never itself a copy; otherwise the article itself.';
comment on column story_articles.similarity is 'From 0 to 1, the mean similarity in meaning and in words: of a copy or rewrite to its original, of same_story to the nearest article in the story; 1 for an original.';
comment on column story_articles.certainty is 'From 0 to 1, how likely the article belongs in the story: the mean chance of being one event with each of the three articles of it that are most likely so; 1 for an article alone. Below 0.7 about half do. Null where an earlier version placed it.';

comment on view timeline is 'One row per article, in the order in which its story was told. An article of which only the day is known stands at the end of that day.';
comment on column timeline.story_id is 'The story.';
comment on column timeline.n is 'Counts the story''s articles from 1.';
comment on column timeline.published_at is 'As in articles. NULL if the page has no date; its place is then that of first_seen_at.';
comment on column timeline.published_on is 'The day of published_at in the source''s time zone. NULL if published_at is.';
comment on column timeline.source_id is 'The outlet.';
comment on column timeline.outlet is 'The outlet''s name.';
comment on column timeline.article_id is 'The article.';
comment on column timeline.title is 'Its headline.';
comment on column timeline.url is 'Its canonical URL.';
comment on column timeline.relation is 'original, copy, rewrite, or same_story, as in story_articles.';
comment on column timeline.original_article_id is 'The article it was taken from, or itself.';
comment on column timeline.delay_minutes is 'Minutes after the first report. NULL if either has no date, or only a day.';

comment on view first_reports is 'One row per story and outlet that followed another in telling it, by the first article of each.';
comment on column first_reports.story_id is 'The story.';
comment on column first_reports.title is 'The headline of the first report.';
comment on column first_reports.first_source_id is 'The outlet that told it first; see timeline.';
comment on column first_reports.first_article_id is 'Its article.';
comment on column first_reports.first_published_at is 'When that came out. NULL if the page has no date.';
comment on column first_reports.first_published_on is 'The day of it in the source''s time zone. NULL if first_published_at is.';
comment on column first_reports.follower_source_id is 'The outlet that followed.';
comment on column first_reports.follower_article_id is 'Its first article on the story.';
comment on column first_reports.delay_minutes is 'Minutes from the one to the other. NULL if either has no date, or only a day.';
comment on column first_reports.relation is 'The follower''s article''s, as in story_articles: copy and rewrite were taken from another outlet; same_story and original are reports of its own.';

comment on view copies is 'One row per copy or rewrite: what it was taken from, how much later, and what was added and cut.';
comment on column copies.story_id is 'The story.';
comment on column copies.article_id is 'The copy or rewrite.';
comment on column copies.original_article_id is 'The article it was taken from.';
comment on column copies.source_id is 'The outlet that took it.';
comment on column copies.original_source_id is 'The outlet it was taken from; the same as source_id where an outlet published a text twice.';
comment on column copies.relation is 'copy or rewrite.';
comment on column copies.similarity is 'From 0 to 1, the mean similarity of the two in meaning and in words.';
comment on column copies.delay is 'From the original''s published_at to the copy''s; negative if a credit line names the later one as the origin. NULL if either has no date, or only a day.';
comment on column copies.words_added is 'The number of words that the original does not have, or not as often. Moved words do not count.';
comment on column copies.words_removed is 'The number of words of the original that the copy does not have, or not as often.';
comment on column copies.share_changed is 'Words added and removed, as a share of all words of both texts: 0 for the same words, 1 for no word in common.';
comment on column copies.sentences_added is 'The sentences that the original does not have word for word, as a list in order.';
comment on column copies.sentences_removed is 'The original''s sentences that the copy does not have word for word, as a list in order.';

comment on view syndication is 'One row per pair of an outlet and another that took its articles. What an outlet took from itself is in republished.';
comment on column syndication.original_source_id is 'The outlet they were taken from.';
comment on column syndication.source_id is 'The outlet that took them.';
comment on column syndication.articles is 'The number of articles taken.';
comment on column syndication.copies is 'The number of those taken unchanged.';
comment on column syndication.rewrites is 'The number of those reworded.';
comment on column syndication.median_delay is 'The median delay after the original. NULL if no delay is known.';
comment on column syndication.median_share_changed is 'The median of copies.share_changed.';

comment on view republished is 'One row per outlet that published texts of its own again, as copies or reworded.';
comment on column republished.source_id is 'The outlet.';
comment on column republished.articles is 'The number of articles that it had published before.';
comment on column republished.copies is 'The number of those unchanged.';
comment on column republished.rewrites is 'The number of those reworded.';
comment on column republished.median_delay is 'The median delay after the first. NULL if no delay is known.';
comment on column republished.median_share_changed is 'The median of copies.share_changed.';

comment on table story_splits is 'One row per article that left its story for another, because the story turned out to be two. The id stayed with the others.';
comment on column story_splits.article_id is 'The article. An article that raised an alert, or joined a story that had, never leaves it.';
comment on column story_splits.story_id is 'The story it left.';
comment on column story_splits.into_story_id is 'The story it belonged to from then on.';
comment on column story_splits.split_at is 'The clock of the run that found this out.';

comment on table story_merges is 'One row per story that turned out to be the same as another. Its articles are found under the other''s id.';
comment on column story_merges.story_id is 'The id that ended.';
comment on column story_merges.into_story_id is 'The older story, whose id lives on. It may itself have been merged later.';
comment on column story_merges.merged_at is 'The clock of the run that found this out.';

comment on view topic_hits is 'One row per topic and matching article.';
comment on column topic_hits.topic_id is 'The topic, as in topics.yaml.';
comment on column topic_hits.topic_version is '16 hexadecimal digits derived from the matcher and the topic''s terms; says which rule found the hit.';
comment on column topic_hits.article_id is 'The article.';
comment on column topic_hits.story_id is 'The story the article belongs to now.';
comment on column topic_hits.decision is 'raised (an alert), joined (its story had already been alerted), too_old (older than the topic''s max_age), backfill, or mention (no alert now, but one later if the text makes the topic its subject).';
comment on column topic_hits.strength is 'subject (the article is about the topic, at least in substantial part) or mention (it names the topic in passing).';
comment on column topic_hits.score is 'Above 0, up to 1: 1 if the headline matches, otherwise 1 - 2^-n for n matching sentences.';
comment on column topic_hits.evidence is 'A JSON list of the terms found, each with group, field (title or body), start and end (in characters of that field, from 0), text, and sentence.';

comment on view coverage is 'One row per local day, outlet with articles on that day, and topic: how much of what the outlet wrote is of the topic.';
comment on column coverage.day is 'The day of published_at, or of first_seen_at for a page without a date, in the source''s time zone.';
comment on column coverage.source_id is 'The outlet.';
comment on column coverage.topic_id is 'The topic.';
comment on column coverage.articles is 'The number of its articles whose subject is the topic. Those that only mention it are in mentions.';
comment on column coverage.all_articles is 'The number of all its articles.';
comment on column coverage.share is 'articles / all_articles, from 0 to 1. Do not add shares up: divide sums.';
comment on column coverage.mentions is 'The number of its articles that mention the topic, but are not of it.';

comment on table alerts is 'One row per alert to a desk.';
comment on column alerts.alert_id is '16 hexadecimal digits, which are also in the text that is sent. Two messages with the same id are one alert.';
comment on column alerts.topic_id is 'The topic.';
comment on column alerts.story_id is 'The story; after a merge, the one that survives.';
comment on column alerts.kind is 'new_story (the first of a story), development (a report adds something), changed (an article the desk was told of has grown, was corrected, or is gone), pickup (3 or 10 outlets have it), or closed (nothing has joined it for 72 hours).';
comment on column alerts.raised_at is 'The clock of the run that raised it.';
comment on column alerts.raised_on is 'The day of raised_at in Jakarta.';
comment on column alerts.title is 'The title that is sent: topic, kind, and headline.';
comment on column alerts.text is 'The text that is sent, without the headline: why it matters, outlet and date, links, the sentences that matched or are new, the reports, alert_id; or what the topic''s template says.';
comment on column alerts.emptied_at is 'When title and text were removed because an article it told of was forgotten or has expired. NULL if they were not.';

comment on table alert_articles is 'One row per alert and article it is about.';
comment on column alert_articles.alert_id is 'The alert.';
comment on column alert_articles.article_id is 'The article.';
comment on column alert_articles.text_hash is 'The article''s text at the time: article_versions.text_hash.';
comment on column alert_articles.seen_at is 'When that text was last seen.';

comment on table heartbeats is 'One row per topic and run: what was looked at, so that no alert means there was nothing.';
comment on column heartbeats.topic_id is 'The topic.';
comment on column heartbeats.run_id is 'The run.';
comment on column heartbeats.heartbeat_id is '16 hexadecimal digits, which are also in the text that is sent. NULL if it is only recorded.';
comment on column heartbeats.looked_at is 'The run''s clock.';
comment on column heartbeats.sources is 'The number of outlets the run was to look at.';
comment on column heartbeats.answered is 'The number of outlets with a discovery address that could be read.';
comment on column heartbeats.links is 'The number of links to articles they listed.';
comment on column heartbeats.articles is 'The number of articles the topic was matched against.';
comment on column heartbeats.hits is 'The number of new hits, minus those that the rule or the text no longer gives.';
comment on column heartbeats.alerts is 'The number of alerts raised.';
comment on column heartbeats.missed is 'What could not be looked at, in words. Empty if there was nothing.';
comment on column heartbeats.title is 'The title of the message, whether it is sent or not.';
comment on column heartbeats.text is 'The text of the message.';

comment on table briefs is 'One row per night whose brief is sent.';
comment on column briefs.brief_id is '16 hexadecimal digits, which are also in the text that is sent.';
comment on column briefs.day is 'The night. The file is reports/ and this day in the data directory; kliping report writes it again.';
comment on column briefs.raised_at is 'The clock of the run that wrote it.';
comment on column briefs.title is 'The title of the message.';
comment on column briefs.text is 'The text of the message. The file is attached to it where a channel takes files.';

comment on view messages is 'One row per message: every alert, every heartbeat and brief that is sent, and what the operators are told of problems.';
comment on column messages.alert_id is 'The alert, heartbeat, brief, or message to the operators.';
comment on column messages.topic_id is 'The topic. NULL for a brief, which is about all of them, and for a message to the operators.';
comment on column messages.kind is 'As in alerts, heartbeat, brief, problem_opened, or problem_closed.';
comment on column messages.raised_at is 'The clock of the run that raised it.';
comment on column messages.raised_on is 'The day of raised_at in Jakarta.';
comment on column messages.title is 'The title that is sent.';
comment on column messages.text is 'The text that is sent.';

comment on table deliveries is 'One row per message and channel: the outbox.';
comment on column deliveries.alert_id is 'The alert, heartbeat, or brief; see messages.';
comment on column deliveries.channel is 'The channel''s name in topics.yaml. Its address is never stored.';
comment on column deliveries.state is 'pending (every run tries it again), sent, or dead (given up after seven days of failures; kliping alerts retry --dead tries it again).';
comment on column deliveries.attempts is 'How often it has been tried.';
comment on column deliveries.last_error is 'Why the last attempt failed. NULL before the first attempt and after a success.';
comment on column deliveries.sent_at is 'When it arrived, by the run''s clock. NULL until then.';
comment on column deliveries.failed_at is 'When it first failed. NULL before a failure and after a success.';
comment on column deliveries.next_attempt_at is 'The earliest time of the next attempt between runs. NULL before the first attempt and once it has arrived.';

comment on table runs is 'One row per run. The counts are what it added.';
comment on column runs.run_id is 'Derived from the instant it started, in UTC.';
comment on column runs.kind is 'run, backfill, or reprocess.';
comment on column runs.clock is 'What the run took as "now": when it started, or what --now or the replayed archives say.';
comment on column runs.started_at is 'When it started, by the machine''s clock.';
comment on column runs.finished_at is 'When it finished, by the machine''s clock. NULL while it runs and if it was interrupted.';
comment on column runs.state is 'running, done, partial (a source failed, an archive was damaged, or a check found something), failed (no source could be looked at), or interrupted.';
comment on column runs.links is 'The number of links to articles not listed before. NULL, like all the counts, if finished_at is.';
comment on column runs.pages is 'The number of pages stored. NULL if finished_at is.';
comment on column runs.articles is 'The number of new articles. NULL if finished_at is.';
comment on column runs.rejections is 'The number of new rejections, minus those that became articles. NULL if finished_at is.';
comment on column runs.stories is 'The number of new stories, minus those that were merged. NULL if finished_at is.';
comment on column runs.hits is 'The number of new topic hits, minus those that the rule or the text no longer gives. NULL if finished_at is.';
comment on column runs.alerts is 'The number of alerts raised. NULL if finished_at is.';
comment on column runs.size_bytes is 'The size of the data directory at its end. NULL if finished_at is, and for runs of an older version.';

comment on table troubles is 'One row per run, source, and kind of trouble: what the run could not look at, left out, doubts, or found to be less than usual. A run with none but listing-form, rejected, doubtful, and forgotten exits with 0.';
comment on column troubles.run_id is 'The run.';
comment on column troubles.source_id is 'The outlet. NULL if the trouble is the run''s own.';
comment on column troubles.kind is 'listing (an address that could not be read), listing-part, listing-form (all was read, but it is broken or not what is declared), left-out (beyond a limit), broke-off, link-failed (http-5xx, timeout), blocked (bot checks, 401, 403, 429, 451), broken, mostly-rejected, rejected, doubtful-answer (of a known article''s address), mostly-doubtful (the text of most articles may be incomplete), doubtful, few-links, silent, forgotten (links of what was forgotten on request, skipped), archive, or check.';
comment on column troubles.count is 'How many links, pages, articles, entries, or rows it concerns.';
comment on column troubles.example is 'A description in words, with one of them as an example.';

comment on table source_health is 'One row per source and day on which a run ended.';
comment on column source_health.day is 'The day of the run''s clock in the source''s time zone.';
comment on column source_health.source_id is 'The outlet.';
comment on column source_health.state is 'new (articles came), nothing_new (looked, and found nothing new), failed (no usable discovery address, or a link ended in http-5xx or timeout), or not_looked.';
comment on column source_health.quiet is 'Whether it is quiet or has fewer links: less than expect in sources.yaml says or, in a live run, than it usually has (source_problems.kind).';
comment on column source_health.links is 'The number of links to articles in the last look of the day.';
comment on column source_health.articles is 'The number of articles that came in on this day, without backfills.';
comment on column source_health.rejections is 'The number of links that ended without an article on this day.';
comment on column source_health.doubtful is 'How many of its articles have doubts (articles.doubts). Many for one outlet mean that its template has changed.';
comment on column source_health.detail is 'What went wrong, in words. Empty if nothing did.';
comment on column source_health.most_links is 'The most links to articles that a look of the day listed. NULL, like all that follows, for days of an older version.';
comment on column source_health.new_links is 'The number of links first listed on this day. NULL for days of an older version.';
comment on column source_health.unread is 'How many of the new links ended in a rejection, without those withheld, and those not meant to be articles (robots, not-article, private-address, bad-url). NULL for days of an older version.';
comment on column source_health.blocked is 'How many of the new links the outlet withheld: bot checks, consent and login walls, 401, 403, 429, 451. NULL for days of an older version.';
comment on column source_health.dated is 'How many of the articles have a date. NULL for days of an older version.';
comment on column source_health.signed is 'How many of the articles name an author. NULL for days of an older version.';
comment on column source_health.contained is 'How many of the articles have their text from the container that sources.yaml declares; all of them if it declares none. NULL for days of an older version.';
comment on column source_health.incomplete is 'How many of the articles have a doubt whether their text is whole (container-missing, shorter-than-stated, mostly-cut). NULL for days of an older version.';
comment on column source_health.mean_words is 'The mean number of words of the articles. NULL if there are none, and for days of an older version.';
comment on column source_health.learned_cuts is 'How many learned lines were cut from the articles. NULL if it was not looked at, and for days of an older version.';
comment on column source_health.usable_at is 'The clock of the last look of the day that could read a discovery address. NULL if none could, and for days of an older version.';
comment on column source_health.hours is 'The hours between usable_at and the last usable look of an earlier day: what the numbers of this day cover. NULL on the first day, if no look was usable, and for days of an older version.';

comment on table source_problems is 'One row per problem of a source: it is opened in the night that shows it, and closed in the night that shows it to be over. Replays, backfills, and nights without a network open and close none.';
comment on column source_problems.problem_id is '16 hexadecimal digits.';
comment on column source_problems.source_id is 'The outlet.';
comment on column source_problems.kind is 'quiet (no new links or articles), fewer (much fewer links than usual or expected), failing (most pages give no article, or no discovery address can be read), drifted (articles lack what they used to have: a template that moved), or blocked (the outlet withholds most pages, or its listings).';
comment on column source_problems.opened_at is 'The clock of the run that opened it.';
comment on column source_problems.closed_at is 'The clock of the run that closed it. NULL while it stands.';
comment on column source_problems.detail is 'Why it was opened, in words.';
comment on column source_problems.command is 'The command that shows more.';

comment on table problem_messages is 'One row per message to the operators: a problem was opened, or closed.';
comment on column problem_messages.message_id is '16 hexadecimal digits: alert_id in messages and deliveries.';
comment on column problem_messages.problem_id is 'The problem.';
comment on column problem_messages.event is 'opened or closed.';
comment on column problem_messages.raised_at is 'The clock of the run that raised it.';
comment on column problem_messages.title is 'The title of the message.';
comment on column problem_messages.text is 'The text of the message.';

comment on view silences is 'One row per outlet and day since it was first looked at, up to the last day of a run: what came, beside what is usual.';
comment on column silences.day is 'The day, as in source_health.';
comment on column silences.source_id is 'The outlet.';
comment on column silences.state is 'As in source_health, or no_run if no run ended on that day.';
comment on column silences.quiet is 'As in source_health. NULL with no_run.';
comment on column silences.links is 'The number of links to articles in the last look of the day. NULL with no_run.';
comment on column silences.expected_links is 'The usual number: the median of the days of the 28 before on which it could be looked at. NULL if these are fewer than 7.';
comment on column silences.articles is 'The number of articles that came in on this day, without backfills. NULL with no_run.';
comment on column silences.expected_articles is 'The usual number of them, counted like expected_links. NULL if the days are fewer than 7.';

comment on table migrations is 'One row per change of the schema.';
comment on column migrations.name is 'The file in warehouse/migrations.';
comment on column migrations.applied_at is 'When it was applied, by the machine''s clock.';

comment on table forgotten is 'One row per address or outlet that was forgotten on request (kliping forget) and is not taken in again.';
comment on column forgotten.address_hash is '64 hexadecimal digits, the SHA-256 of what the forms of the address have in common. NULL for an outlet.';
comment on column forgotten.source_id is 'The outlet. NULL for an address.';
comment on column forgotten.reason is 'Why, as the operator said.';
comment on column forgotten.forgotten_at is 'When.';

comment on table state.links is 'One row per link listed by a discovery address.';
comment on column state.links.url is 'The canonical URL.';
comment on column state.links.source_id is 'The outlet it belongs to.';
comment on column state.links.found_url is 'The URL as it was first listed.';
comment on column state.links.listed_at is 'The newest date given by a feed or sitemap. NULL without one.';
comment on column state.links.lastmod is 'The newest lastmod given by a sitemap. NULL without one.';
comment on column state.links.title is 'The first title given by a feed or sitemap. NULL without one.';
comment on column state.links.identity_key is 'What the forms of its URL have in common (http and https, www., a trailing slash). If there are several, one is fetched.';
comment on column state.links.discovered_at is 'The clock of the run that first listed it.';
comment on column state.links.tried_at is 'The clock of the run that last fetched it. NULL before the first try.';
comment on column state.links.tried_lastmod is 'The lastmod for which it was last fetched to an end. Once lastmod moves on, it is fetched again. NULL without one.';

comment on table state.documents is 'One row per discovery document, as last read in full: the basis of a conditional GET.';
comment on column state.documents.url is 'Its URL.';
comment on column state.documents.etag is 'The ETag header. NULL without one.';
comment on column state.documents.last_modified is 'The Last-Modified header as sent. NULL without one.';
comment on column state.documents.fetched_at is 'The clock of the run that read it.';
comment on column state.documents.warc_file is 'The archive that holds it: a path within the data directory, or an absolute path elsewhere.';
comment on column state.documents.warc_offset is 'Where its record begins, in bytes.';

comment on table state.pages is 'One row per stored article page, with the position of its WARC record.';
comment on column state.pages.url is 'The canonical URL of the link or of the archived record.';
comment on column state.pages.source_id is 'The outlet it belongs to.';
comment on column state.pages.found_url is 'The URL as found.';
comment on column state.pages.final_url is 'Where redirects led; the canonical URL if there were none.';
comment on column state.pages.fetched_at is 'When it was fetched; in a replay or backfill, the record''s date.';
comment on column state.pages.content_type is 'The Content-Type header. Empty without one.';
comment on column state.pages.digest is '16 hexadecimal digits derived from the decoded body.';
comment on column state.pages.warc_file is 'The archive that holds it: a path within the data directory, or an absolute path elsewhere.';
comment on column state.pages.warc_offset is 'Where its record begins, in bytes; -1 if the record has expired.';
comment on column state.pages.arrived_by is 'run or backfill.';
comment on column state.pages.extracted_with is 'The version of the extractor that read it. NULL until then.';
comment on column state.pages.identity_key is 'What the forms of the address that redirects led to have in common.';
comment on column state.pages.etag is 'The ETag header, for a conditional GET. NULL without one.';
comment on column state.pages.last_modified is 'The Last-Modified header as sent. NULL without one.';

comment on table state.archive_progress is 'One row per archive and selection of pages: how far `kliping backfill` has read it.';
comment on column state.archive_progress.archive is 'Its URL, its path within the data directory, or its absolute path elsewhere.';
comment on column state.archive_progress.fingerprint is 'What changes if another archive takes its place: it is then read from the start.';
comment on column state.archive_progress.selection is '16 hexadecimal digits derived from which pages are taken in: the outlets, their patterns of articles, and --match.';
comment on column state.archive_progress.size is 'Its size in bytes.';
comment on column state.archive_progress.read_to is 'Where the next record to be read begins, in bytes; its size once it was read whole.';
comment on column state.archive_progress.unreadable is 'The places that could not be read, and why.';
comment on column state.archive_progress.read_at is 'The clock of the backfill that last read it.';

comment on table state.articles is 'One row per article: what the view articles shows, and three more columns.';
comment on column state.articles.article_id is 'As in the view.';
comment on column state.articles.source_id is 'As in the view.';
comment on column state.articles.url is 'As in the view.';
comment on column state.articles.title is 'As in the view.';
comment on column state.articles.author is 'As in the view. May be NULL.';
comment on column state.articles.editor is 'As in the view. May be NULL.';
comment on column state.articles.credit is 'As in the view. May be NULL.';
comment on column state.articles.dateline is 'As in the view. May be NULL.';
comment on column state.articles.published_at is 'As in the view. May be NULL.';
comment on column state.articles.published_precision is 'As in the view. May be NULL.';
comment on column state.articles.published_from is 'As in the view. May be NULL.';
comment on column state.articles.modified_at is 'As in the view. May be NULL.';
comment on column state.articles.first_seen_at is 'As in the view.';
comment on column state.articles.last_seen_at is 'As in the view.';
comment on column state.articles.language is 'As in the view.';
comment on column state.articles.body is 'As in the view.';
comment on column state.articles.word_count is 'As in the view.';
comment on column state.articles.paywalled is 'As in the view.';
comment on column state.articles.doubts is 'As in the view. May be NULL.';
comment on column state.articles.text_hash is '16 hexadecimal digits derived from title and body.';
comment on column state.articles.arrived_by is 'As in the view.';
comment on column state.articles.landed_at is 'The clock of the run that first extracted it.';
comment on column state.articles.identity_key is 'What the forms of its URL have in common. Another form with the same text is the same article.';

comment on table state.cleanings is 'One row per article that was cleaned of learned lines.';
comment on column state.cleanings.article_id is 'The article.';
comment on column state.cleanings.extracted_hash is 'The version that holds its text as it was extracted.';
comment on column state.cleanings.stale is 'Whether a line in it has been learned or overruled since.';

comment on table state.vectors is 'One row per article and embedding model: the vector of its newest version''s title and lead.';
comment on column state.vectors.article_id is 'The article.';
comment on column state.vectors.model is 'The embedding model''s name.';
comment on column state.vectors.text_hash is 'The text it was made from.';
comment on column state.vectors.vector is 'A unit vector; 384 numbers with the model that ships with Kliping.';

comment on table state.regroupings is 'One row per article waiting to be regrouped; none in a published snapshot.';
comment on column state.regroupings.article_id is 'The article.';

comment on table state.unwanted_records is 'One row per WARC record that is to be removed, because it has expired or holds what was forgotten; none in a published snapshot.';
comment on column state.unwanted_records.warc_file is 'The archive, as in state.pages.';
comment on column state.unwanted_records.warc_offset is 'Where the record begins, in bytes.';

comment on table state.leftovers is 'One row per file of the data directory that is to be deleted or, if it is var/writer.duckdb, written anew.';
comment on column state.leftovers.path is 'Its path within the data directory.';

comment on table state.upkeep is 'One row: what a warehouse keeps of itself.';
comment on column state.upkeep.described_as is 'A digest of the views, macros and descriptions that stand in it; NULL until they do.';
comment on column state.upkeep.published_at is 'When it was last published; NULL in a file.';

comment on table state.uncompressed is 'Tables of a file whose keys, such as article_id and url, are kept uncompressed, so that looking for rows is quick; none in a lake.';
comment on column state.uncompressed.table_name is 'The table, without its schema.';

comment on table state.topic_looks is 'One row per topic and article it was matched against, whether it matched or not.';
comment on column state.topic_looks.topic_id is 'The topic.';
comment on column state.topic_looks.topic_version is 'The version of the rule that last looked at it.';
comment on column state.topic_looks.article_id is 'The article.';
comment on column state.topic_looks.text_hash is 'The text it looked at, as in article_versions.';

comment on table state.topic_hits is 'One row per topic and matching article: what the view topic_hits shows, without the story.';
comment on column state.topic_hits.topic_id is 'As in the view.';
comment on column state.topic_hits.topic_version is 'As in the view.';
comment on column state.topic_hits.article_id is 'As in the view.';
comment on column state.topic_hits.decision is 'As in the view.';
comment on column state.topic_hits.strength is 'As in the view.';
comment on column state.topic_hits.score is 'As in the view.';
comment on column state.topic_hits.evidence is 'As in the view.';

comment on table state.search_words is 'One row per word that the index of words knows: letters and digits, in lower case, without accents.';
comment on column state.search_words.word is 'The word, or the first 50 characters of it.';
comment on column state.search_words.stem is 'What the forms of the word have in common, by Snowball''s Indonesian stemmer.';
comment on column state.search_words.word_id is 'Its number in the index.';

comment on table state.search_documents is 'One row per article in the index of words.';
comment on column state.search_documents.document_id is 'The number of its text in the index.';
comment on column state.search_documents.article_id is 'The article.';
comment on column state.search_documents.text_hash is 'The text that was indexed.';
comment on column state.search_documents.words is 'The number of words in its headline and body.';
comment on column state.search_documents.postings is 'The number of distinct words among them.';

comment on table state.search_postings is 'One row per word and text that holds it, also of texts that articles no longer have, until a third of them are.';
comment on column state.search_postings.word_id is 'The word.';
comment on column state.search_postings.document_id is 'The text.';
comment on column state.search_postings.times is 'How often the text holds the word; 255 stands for more, too.';
comment on column state.search_postings.in_title is 'Whether the headline holds it.';

comment on macro local_day is 'The day of an instant in Jakarta, or in the time zone given: local_day(sent_at), local_day(seen_at, zone := ''Asia/Jayapura''). Columns that end in _on are made by it.';
comment on macro table search is 'The articles that answer a question, the best first; without words to look for, the newest first. Columns: score, article_id, story_id, source_id, outlet, published_at, title, url, passage (the sentence with most of the words), matched (the words in it). A question is words, which count by their stem, and what narrows it: "words in quotes" must stand together; outlet:ID, or outlet:"Name"; topic:ID; after:2026-03-10 (that day or later, in Jakarta); before:2026-03-17. A minus in front of any of these refuses. Only the first 32 parts count, and quoted words are looked for in the 5,000 best articles that hold all of them.';
comment on macro table like_article is 'The articles nearest in meaning to the one with this id, the nearest first. Columns: similarity (the cosine of the vectors), article_id, story_id, source_id, outlet, published_at, title, url.';
comment on macro state.words_of is 'The words of a text, as they are indexed.';
comment on macro state.holds is 'Whether words stand in a text one after the other.';
comment on macro state.passage_of is 'The sentence of a text with most of these words, and which of them it holds.';
comment on macro table state.question_parts is 'What a question asks for, one row per part.';
comment on macro table state.question_articles is 'The articles that the outlets, topics, and days in a question leave.';
comment on macro state.sentences_of is 'The sentences of a text, in order.';
comment on macro state.missing_from is 'The sentences that others lack word for word, in order.';
comment on macro state.speech_verbs is 'The verbs between a quotation and its speaker, as alternatives of a pattern.';
comment on macro state.telling_verbs is 'The verbs between a speaker and what he says, as alternatives of a pattern.';
comment on macro state.offices is 'Words in lower case that may open who speaks, as alternatives of a pattern.';
comment on macro state.no_names is 'Capitalised words that are no part of a name, as alternatives of a pattern.';
comment on macro state.name is 'The pattern of a name, with or without an office before it.';
comment on macro state.speaker_after is 'The speaker that what follows a quotation names. Empty if it names none.';
comment on macro state.speaker_before is 'The speaker that what precedes a quotation names. Empty if it names none.';
comment on macro state.agency_names is 'News agencies and broadcasters, and how they are written.';
comment on macro state.agency is 'The pattern of an agency''s name as it is written.';
comment on macro state.agency_cited is 'The places in a text where an agency is named as its source.';
comment on macro state.letters_of is 'The letters and digits of a name in lower case, by which its spellings are one.';

comment on table state.pending_articles is 'One row per article with which some step may have something to do. A run that ended its steps leaves none.';
comment on column state.pending_articles.article_id is 'The article.';

comment on table state.processed is 'One row per model, and per topic, with which all articles were processed. With another, all are pending again.';
comment on column state.processed.what is 'model, or topic and its id.';
comment on column state.processed.processed_with is 'The name of the model, or the version of the topic.';

comment on table state.lessons is 'One row per source and size of sample from which its recurring lines were learned. It is done again when a quarter is new.';
comment on column state.lessons.source_id is 'The source.';
comment on column state.lessons.sample is 'The most articles that were read, the newest.';
comment on column state.lessons.articles is 'How many articles the source had then.';

comment on table state.whole_checks is 'One row per run that checked everything, rather than what had changed, and found nothing.';
comment on column state.whole_checks.clock is 'The clock of the run.';
