-- Addresses that were recorded before there were identity keys; of a page, where redirects led.
select url from state.links where identity_key is null
union select url from state.articles where identity_key is null
union select case when final_url = found_url then url else final_url end from state.pages where identity_key is null
limit $batch;
