"""Sentences for people: plain Python has them in English, models in the reader's language."""


class Sentence(str):
    """A sentence that has values in it, or may have them.

    It is its English text wherever text is wanted. `source` is what translators have: the text with
    a placeholder such as ``%(most)s`` for each of `values`. One that is stored is text alone, and
    stays English.
    """

    source: str
    values: dict

    def __new__(cls, source, **values):
        """Make the sentence; a value that is a sentence itself is translated with it."""
        sentence = super().__new__(cls, source % values if values else source)
        sentence.source, sentence.values = source, values
        return sentence
