-- The tables of a file whose keys may be kept compressed, with what made them; the largest first, whose space the others
-- then use.
select schema_name as schema, table_name as table, sql as definition
from duckdb_tables()
where database_name = current_catalog() and not temporary
    and table_name not in (select table_name from state.uncompressed)
order by estimated_size desc;
