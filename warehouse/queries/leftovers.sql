-- Files of the data directory that are to be deleted or, if it is the database, written anew.
select distinct path from state.leftovers order by path;
