-- A macro: capitalised words that open or close a run of them and are no part of a name, as alternatives of a pattern:
-- Kemudian Ani mengatakan; kata Ani Rabu (4/3).
create or replace macro state.no_names() as
array_to_string([
    'Kemudian', 'Lalu', 'Namun', 'Tetapi', 'Tapi', 'Sementara', 'Sebelumnya', 'Adapun', 'Saat', 'Menurut', 'Selain',
    'Dan', 'Bahkan', 'Karena', 'Ketika', 'Setelah', 'Dalam', 'Pada', 'Di', 'Kepada', 'Hal', 'Ini', 'Itu', 'Ia', 'Dia',
    'Beliau', 'Mereka', 'Kami', 'Kita', 'Saya', 'Begitu', 'Demikian', 'But', 'And', 'The', 'He', 'She', 'They',
    'Senin', 'Selasa', 'Rabu', 'Kamis', 'Jumat', 'Jum''at', 'Sabtu', 'Minggu', 'Ahad',
    'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'
], '|');
