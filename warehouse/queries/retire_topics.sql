-- No topic is watched, until it is recorded as declared.
update topics set active = false where active;
