-- With which models and versions of topics all articles were processed now.
insert into state.processed select what, processed_with from incoming;
