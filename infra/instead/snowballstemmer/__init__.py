"""The stemmer of the one language that recall stems; the real one loads all thirty-six."""

from snowballstemmer.english_stemmer import EnglishStemmer


def stemmer(lang: str) -> EnglishStemmer:
    if lang != "english":
        raise KeyError(f"no stemmer for {lang} is in this bundle")
    return EnglishStemmer()
