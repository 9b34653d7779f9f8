-- Every macro, with its parameters and its description.
select
    case schema_name when 'main' then '' else schema_name || '.' end || function_name as name,
    array_to_string(parameters, ', ') as parameters,
    coalesce(comment, error(function_name || ' is not in descriptions.sql')) as meaning
from duckdb_functions()
where database_name = current_database() and not internal and function_type in ('macro', 'table_macro')
order by name;
