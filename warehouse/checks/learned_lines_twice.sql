-- Learned lines that stand twice.
select line_id from learned_lines group by line_id having count(*) > 1;
