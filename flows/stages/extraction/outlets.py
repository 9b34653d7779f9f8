"""Agencies and outlets that others take texts from, by the names they go by."""

# The name that stands in `credit`, and the key of each spelling.
_OUTLETS = {
    "Antara": "antara ant antaranews lkbnantara kantorberitaantara antarafoto antaratv",
    "Reuters": "reuters rtr",
    "AFP": "afp agencefrancepresse",
    "AP": "ap associatedpress apnews",
    "Xinhua": "xinhua",
    "Anadolu": "anadolu anadoluagency aa",
    "VOA Indonesia": "voaindonesia voa voanews",
    "BBC Indonesia": "bbcindonesia bbcnewsindonesia",
    "BBC": "bbc bbcnews",
    "DW Indonesia": "dwindonesia dw deutschewelle",
    "CNN": "cnn",
    "CNN Indonesia": "cnnindonesia",
    "CNBC Indonesia": "cnbcindonesia",
    "Yonhap": "yonhap yonhapnews",
    "KCNA": "kcna",
    "TASS": "tass itartass",
    "RIA": "ria rianovosti",
    "Sputnik": "sputnik sputniknews",
    "Interfax": "interfax",
    "Kyodo": "kyodo kyodonews",
    "Bloomberg": "bloomberg",
    "Al Jazeera": "aljazeera",
    "The Guardian": "theguardian guardian",
    "The New York Times": "thenewyorktimes newyorktimes nyt",
    "Bernama": "bernama",
    "PRNewswire": "prnewswire antaraprnewswire",
    "Kompas.com": "kompascom kompas",
    "Tempo": "tempo tempoco",
    "Detik": "detik detikcom detiknews",
    "Liputan6": "liputan6 liputan6com",
    "Republika": "republika republikaonline",
    "Merdeka": "merdekacom",
    "Okezone": "okezone okezonecom",
    "Tribunnews": "tribunnews tribunnewscom",
    "Media Indonesia": "mediaindonesia",
    "JPNN": "jpnn jpnncom",
    "Kumparan": "kumparan",
    "Viva": "viva vivacoid",
    "Suara": "suaracom",
    "Sindonews": "sindonews",
    "The Conversation": "theconversation theconversationindonesia",
    "Republika.co.id": "republikacoid",
}  # fmt: skip
_BY_SPELLING = {
    spelling: name for name, spellings in _OUTLETS.items() for spelling in spellings.split()
}

SPELLINGS = frozenset(_BY_SPELLING)


def outlet_by_key(spelling: str) -> str | None:
    """The outlet that goes by a name with this key."""
    return _BY_SPELLING.get(spelling)
