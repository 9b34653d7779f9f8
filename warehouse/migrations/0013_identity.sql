-- What addresses of one article share, and the titles that listings give. Keys of what is there already are made when it is opened.
alter table state.links add column title text;
alter table state.links add column identity_key text;
alter table state.pages add column identity_key text;
alter table state.articles add column identity_key text;
