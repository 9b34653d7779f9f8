-- All tables and views, with their schemas.
select schema_name, table_name as name
from duckdb_tables()
where database_name = current_catalog() and not temporary
union all
select schema_name, view_name
from duckdb_views()
where database_name = current_catalog() and not internal
order by all;
