-- A macro: the pattern of an agency's name as it is written, the longest first: Kyodo News, Kyodo.
create or replace macro state.agency() as
'(?:' || array_to_string(
    list_reverse_sort(list_transform(
        flatten(list_transform(state.agency_names(), lambda known: known.written)),
        lambda written: {'length': length(written), 'written': replace(written, '.', '\.')}
    )).list_transform(lambda sorted: sorted.written),
    '|'
) || ')\b';
