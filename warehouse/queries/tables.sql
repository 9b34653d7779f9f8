-- The tables, views, and macros that analysts read, with what each is.
select table_name as name, comment as meaning
from duckdb_tables()
where database_name = current_database() and schema_name = 'main' and not temporary
union all
select view_name, comment
from duckdb_views()
where database_name = current_database() and schema_name = 'main' and not internal
union all
select function_name || '(' || array_to_string(parameters, ', ') || ')', comment
from duckdb_functions()
where database_name = current_database() and schema_name = 'main' and not internal
    and function_type in ('macro', 'table_macro')
order by name;
