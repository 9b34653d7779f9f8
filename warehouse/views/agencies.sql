-- One row per article and news agency or broadcaster that it names as its source, with the strongest evidence of it. An
-- agency that publishes its own reports does not name itself.
create or replace view agencies as
with spellings as (
    select
        known.agency,
        unnest(list_distinct(list_transform(known.written, lambda name: state.letters_of(name)))) as spelling
    from (select unnest(state.agency_names()) as known)
),
named as (
    select article_id, unnest(string_split(credit, '; ')) as name, 1 as rank
    from state.articles
    where credit is not null
    union all
    -- Jakarta (ANTARA) - …; MOSKOW, AFP — …
    select article_id, regexp_extract(left(body, 200), '^[^\n]{0,60}?[(,/] ?(' || state.agency() || ')\)? ?[-–—]', 1), 2
    from state.articles
    union all
    select article_id, regexp_extract(unnest(state.agency_cited(body)), state.agency()), 3
    from state.articles
),
found as (
    select n.article_id, s.agency, min(n.rank) as rank
    from named n
    join spellings s on s.spelling = state.letters_of(n.name)
    group by n.article_id, s.agency
)
select
    f.article_id, a.source_id, f.agency, ['credit', 'dateline', 'text'][f.rank] as evidence,
    local_day(a.published_at, zone := o.timezone) as published_on
from found f
join state.articles a using (article_id)
left join sources o using (source_id)
where not exists (
    from spellings own
    where own.agency = f.agency and own.spelling in (state.letters_of(o.name), state.letters_of(o.source_id))
);
