-- What the operators are told of problems.
insert into problem_messages (message_id, problem_id, event, raised_at, title, text)
select message_id, problem_id, event, raised_at, title, text from incoming;
