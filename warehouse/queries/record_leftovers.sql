-- Files of the data directory that are to be deleted or, if it is the database, written anew.
insert into state.leftovers (path) select distinct path from incoming;
