-- Tables of a file whose keys are kept as they are, so that looking for rows is quick.
create table state.uncompressed (table_name text not null);
