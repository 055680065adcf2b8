"""Sentences of hisp/ and tools/, which have no language but English, in the reader's."""

from ...tools.sentence import Sentence


def translated(env, sentence):
    """Return a sentence of `hisp/` or `tools/` in the language of `env`; nothing of nothing.

    One that was stored is looked up by its text. What a provider wrote itself stays as it is.
    """
    if not sentence:
        return sentence
    if isinstance(sentence, Sentence):
        values = {
            name: translated(env, value) if isinstance(value, Sentence) else value
            for name, value in sentence.values.items()
        }
        return env._(sentence.source, **values)
    return env._(sentence)
