-- The lines of every source are to be learned anew.
delete from state.lessons;
