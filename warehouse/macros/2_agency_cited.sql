-- A macro: the places in a text where an agency is named as its source: dikutip dari kantor berita AFP; KCNA melaporkan.
create or replace macro state.agency_cited(given) as
regexp_extract_all(
    given,
    '(?i:\b(?:dikutip|mengutip|dilansir|melansir|lansir|dilaporkan|dikabarkan|diberitakan|diwartakan|disiarkan|menurut'
    || '|laporan|kantor berita|media pemerintah|kepada|according to|reported by|told))(?: (?:dari|oleh|laman|situs|media'
    || '|kantor berita|resmi|pemerintah|negara|asing|Rusia|China|Jepang|Korea Utara|Korea Selatan|Korut|Korsel|AS|Prancis'
    || '|Jerman|Turki|Iran|laporan|the|news agency|wartawan)){0,4},? ' || state.agency()
    || '|\b' || state.agency()
    || ' (?:melaporkan|memberitakan|mewartakan|mengabarkan|menyebutkan|menulis|reported|reports|said)\b'
);
