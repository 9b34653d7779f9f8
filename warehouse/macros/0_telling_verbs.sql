-- A macro: the verbs between a speaker and what he says, as alternatives of a pattern: Ani mengatakan, "Kami siap."
create or replace macro state.telling_verbs() as
array_to_string([
    'mengatakan', 'berkata', 'menyatakan', 'menegaskan', 'menjelaskan', 'menuturkan', 'mengungkapkan', 'menyebut',
    'menyebutkan', 'memaparkan', 'menambahkan', 'menulis', 'menuliskan', 'mengaku', 'bertutur', 'berujar', 'menyampaikan',
    'menerangkan', 'menjawab', 'membeberkan', 'melanjutkan', 'menandaskan', 'mengucapkan', 'bercerita', 'menekankan',
    'mengimbau', 'mengumumkan', 'melaporkan', 'bertanya', 'berpesan', 'berharap', 'menilai', 'berpendapat',
    'said', 'says', 'told', 'added', 'wrote', 'stated'
], '|');
