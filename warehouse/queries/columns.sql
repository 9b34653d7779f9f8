-- The columns of a table or view, in order, with what each means.
select column_name as name, data_type as type, comment as meaning
from duckdb_columns()
where database_name = current_database() and not internal
    and if(schema_name = 'main', '', schema_name || '.') || table_name = lower($relation)
order by column_index;
