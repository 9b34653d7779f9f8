-- A macro: words in lower case that may open who speaks, as alternatives of a pattern: kata juru bicara Kremlin,
-- kata mantan menteri Ani.
create or replace macro state.offices() as
array_to_string([
    'juru bicara', 'jubir', 'mantan', 'wakil', 'presiden', 'perdana menteri', 'menteri luar negeri', 'menteri', 'menlu',
    'ketua umum', 'ketua', 'kepala', 'direktur utama', 'direktur', 'sekretaris jenderal', 'sekretaris', 'sekjen',
    'gubernur', 'bupati', 'wali kota', 'camat', 'lurah', 'kapolda', 'kapolres', 'kapolsek', 'jenderal', 'komandan',
    'panglima', 'anggota', 'pengamat', 'peneliti', 'analis', 'ahli', 'pakar', 'dosen', 'guru besar', 'profesor', 'dokter',
    'pengacara', 'kuasa hukum', 'jaksa', 'hakim', 'pelatih', 'kapten', 'manajer', 'gelandang', 'penyerang', 'bek', 'kiper',
    'aktor', 'aktris', 'penyanyi', 'sutradara', 'penulis', 'aktivis', 'koordinator', 'warga', 'saksi', 'korban', 'pemimpin',
    'ekonom', 'politikus', 'politisi', 'tersangka', 'terdakwa', 'duta besar', 'dubes', 'media pemerintah', 'kantor berita', 'pendiri', 'pemilik',
    'spokesman', 'spokeswoman', 'spokesperson', 'former', 'president', 'prime minister', 'minister', 'chief', 'analyst'
], '|');
