-- The tables of a database, but for `migrations`, which a new warehouse has first of all.
select table_name
from duckdb_tables()
where database_name = current_database() and not temporary and table_name <> 'migrations'
order by table_name;
