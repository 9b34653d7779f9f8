-- How many parts a question has, and the words that are to be found, apart from phrases; phrases are told with them.
select
    count(*) as parts,
    if(
        bool_or(operator = 'word' and not refused),
        string_agg(value, ' ') filter (where operator in ('word', 'phrase') and not refused),
        null
    ) as words
from state.question_parts($question);
