-- A macro: the verbs between a quotation and its speaker, as alternatives of a pattern: "Kami siap," kata Ani;
-- "We are ready," said Ani.
create or replace macro state.speech_verbs() as
array_to_string([
    'kata', 'ujar', 'tutur', 'jelas', 'ungkap', 'sebut', 'papar', 'ucap', 'tegas', 'imbuh', 'tambah', 'lanjut',
    'terang', 'tandas', 'pungkas', 'beber', 'cetus', 'tukas', 'tulis', 'kilah', 'urai', 'ulas', 'kenang', 'jawab',
    'timpal', 'seru', 'pinta', 'harap', 'imbau', 'keluh', 'cuit', 'bilang', 'singgung', 'sindir', 'sambung', 'lapor',
    'said', 'says', 'added', 'adds', 'wrote', 'writes', 'according to'
], '|');
