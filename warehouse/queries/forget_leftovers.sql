-- Files that are deleted by now.
delete from state.leftovers where path in (select path from incoming);
