-- A macro: the pattern of a name, with or without an office before it: Dr. Ani W. Lestari; juru bicara Kremlin;
-- sejarawan Ani.
create or replace macro state.name() as
'(?:(?:' || state.offices() || '|\p{Ll}+(?:olog|wan|wati)) ){0,3}'
|| '(?:(?:\p{Lu}|Dr|Drs|Prof|Ir|Hj|KH|St|Mr|Mrs|Ms)\.|\p{Lu}[\p{L}\p{N}’''\-]*)'
|| '(?: (?:(?:bin|binti|al|el|van|von|der|de|da|dos|ibn|of|the|dan|untuk) )?'
|| '(?:(?:\p{Lu}|Dr|Drs|Prof|Ir|Hj|KH|St|Mr|Mrs|Ms)\.|\p{Lu}[\p{L}\p{N}’''\-]*)){0,9}';
