-- Nothing is known of what all articles were processed with.
delete from state.processed;
