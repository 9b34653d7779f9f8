-- The type of each column name of the tables; a name has one type wherever it stands.
select column_name, any_value(data_type) as data_type
from duckdb_columns()
where not internal and table_name in (select table_name from duckdb_tables() where not temporary)
group by column_name;
