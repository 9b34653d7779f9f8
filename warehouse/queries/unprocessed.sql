-- Which of these models and versions of topics not all articles were processed with.
select what from incoming anti join state.processed using (what, processed_with) order by what;
