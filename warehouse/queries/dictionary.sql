-- Every column of every table and view, in order, with its own and its table's description.
select
    case c.schema_name when 'main' then '' else c.schema_name || '.' end || c.table_name as relation,
    coalesce(t.comment, v.comment) as relation_meaning,
    v.view_name is not null as is_view,
    c.column_name as name,
    case c.data_type when 'TIMESTAMP WITH TIME ZONE' then 'TIMESTAMPTZ' else c.data_type end as type,
    coalesce(c.comment, error(c.table_name || '.' || c.column_name || ' is not in descriptions.sql')) as meaning
from duckdb_columns() c
left join duckdb_tables() t on t.table_oid = c.table_oid and t.schema_name = c.schema_name
left join duckdb_views() v on v.view_oid = c.table_oid and v.schema_name = c.schema_name and not v.internal
where c.database_name = current_database() and not c.internal and c.schema_name in ('main', 'state')
order by relation, c.column_index;
