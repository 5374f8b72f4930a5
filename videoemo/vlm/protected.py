"""Race, gender and age, which are never asked about a person: how a text that asks for one of them
is told from one whose words are about things, or only point at somebody.

`the man on the left` points, `the man` says nothing but a gender; an old coat has an age of its
own. By race nobody is pointed at either.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

__all__ = ["asked_by_answers", "asked_by_description", "asked_by_question"]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What names an attribute, whatever else is said. A race may be run.
_NAMES = {
    "race": r"racial|ethnic(?:ity|ities)?|nationalit(?:y|ies)|skin (?:colou?rs?|tones?)"
    r"|(?<!win a )(?<!win the )(?<!wins the )(?<!won the )(?<!winning the )(?<!running the )"
    r"(?<!in the )(?<!in a )races?(?! (?:car|track|number|bib|bike|driver|course|suit)s?\b)",
    "gender": r"genders?|sex(?:es)?",
    "age": r"ages?|how old|years old",
}
# Ages in years: 20-39, from 20 to 39, over 60, 60+, 60 or more.
_YEARS = (
    r"(?:from |between |aged )?\d{1,3} ?(?:-|\u2013|to|and) ?\d{1,3}|\d{1,3} ?\+"
    r"|\d{1,3} (?:and|or) (?:over|more|older|above|under|younger)"
    r"|\d{1,3} years?|(?:over|under|above|below|(?:more|less|older|younger) than|aged) \d{1,3}"
)
_RACES = _words(
    "caucasian african asian eastasian southasian southeastasian indian hispanic latino latina"
    " latinx arab arabic eastern european american mexican turkish chinese japanese korean jewish"
)
_COLOURS = _words("black white")
_NOUNS = {
    "gender": _words(
        "man men woman women boy boys girl girls lady ladies gentleman gentlemen guy guys"
        " male males female females"
    ),
    "age": _words(
        "child children kid kids adult adults teen teens teenager teenagers baby babies infant"
        " infants toddler toddlers senior seniors"
    ),
}
_ADJECTIVES = {
    "race": _RACES,
    "gender": _words("male female masculine feminine nonbinary"),
    "age": _words("old older oldest young younger youngest elderly aged teenage"),
}
_PERSONS = _words(
    "person persons people one ones somebody someone anybody anyone individual individuals human"
    " humans face faces head heads character"
).union(*_NOUNS.values())
_PRONOUNS = _words("he she they")
_DEFINITE = _words("the this that these those each every another other both")
# What describes nothing by itself.
_EMPTY = _DEFINITE | _words(
    "a an all any some of and or nor not in on at by with who which that is are was were be being"
    " looks look looking seems seem appears appear very most more least less than from to over"
    " under above below between about around approximately year years group range middle south"
    " east southeast north west if when while does do has have he she they it you"
)
_ADJECTIVE_OF = {word: name for name, words in _ADJECTIVES.items() for word in words}
_NOUN_OF = {word: name for name, words in _NOUNS.items() for word in words}
_OF_WORD = _NOUN_OF | _ADJECTIVE_OF
_AGE_IN_YEARS = "0years"


def asked_by_question(question: str) -> str:
    """What a question to a model asks about a person: `race`, `gender` or `age`; empty for none of
    them.
    """
    text = _plain(question)
    words = _tokens(text)
    named = _named(text) or _of_race(words)
    if named:
        return named
    asked = (
        _OF_WORD[word]
        for at, word in enumerate(words)
        if word in _OF_WORD and not _is_of_a_thing(words, at) and not _points(words, at)
    )
    aged = any(a in _PERSONS | _PRONOUNS and b == _AGE_IN_YEARS for a, b in pairwise(words))
    return next(asked, "age" if aged else "")


def asked_by_answers(question: str, answers: Sequence[str]) -> str:
    """What answers to a question, such as classes, tell about a person; empty for none of them."""
    asked = _plain(question)
    counts = re.search(r"\bhow (?:many|much)\b", asked) is not None
    tokens = [_tokens(_plain(answer)) for answer in answers]
    of_things = ["new"] in tokens
    for words in tokens:
        if words in ([word] for word in _COLOURS):
            told = "" if _colour_of_a_thing(asked) else "race"
        elif (counts and _AGE_IN_YEARS in words) or (of_things and words == ["old"]):
            told = ""
        else:
            told = _of_race(words) or _says_only(words)
        if told:
            return told
    return ""


def asked_by_description(description: str) -> str:
    """By what a person is looked for with a description: `race`, or `gender` or `age` where it says
    no more; empty for none of them.
    """
    text = _plain(description)
    words = _tokens(text)
    if len(words) == 1 and words[0] in _COLOURS:
        return "race"
    return _named(text) or _of_race(words) or _says_only(words)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("_", " ").replace("non-binary", "nonbinary").split())


def _tokens(text: str) -> list[str]:
    """Words, with ages in years as one."""
    years = re.sub(rf"(?<![\w.])(?:{_YEARS})(?!\w)", f" {_AGE_IN_YEARS} ", text)
    return re.findall(r"\w+(?:['\u2019]\w+)?", years)


def _named(text: str) -> str:
    found = (
        name for name, telling in _NAMES.items() if re.search(rf"(?<!\w)(?:{telling})(?!\w)", text)
    )
    return next(found, "")


def _of_race(words: Sequence[str]) -> str:
    for at, word in enumerate(words):
        if word in _RACES and (word != "eastern" or words[at - 1 : at] == ["middle"]):
            if not _is_of_a_thing(words, at):
                return "race"
        elif word in _COLOURS:
            # A person with it; of anything else it is the colour.
            after = next((one for one in words[at + 1 :] if one not in _ADJECTIVE_OF), "")
            before = words[at - 1] if at else ""
            if after in _PERSONS or before in _PERSONS - {"face", "faces"}:
                return "race"
    return ""


def _is_of_a_thing(words: Sequence[str], at: int) -> bool:
    """Whether the word is an adjective of something that is no person: an old coat."""
    after = next((one for one in words[at + 1 :] if one not in _COLOURS), "")
    person = after in _PERSONS or after in _OF_WORD or after in _EMPTY or after == _AGE_IN_YEARS
    return words[at] in _ADJECTIVE_OF and bool(after) and not person


def _points(words: Sequence[str], at: int) -> bool:
    """Whether the word belongs to a phrase such as `the older man`."""
    if words[at] not in _PERSONS:
        after = next((one for one in words[at + 1 :] if one not in _ADJECTIVE_OF), "")
        if after not in _PERSONS:
            return False
    before = [one for one in words[:at] if one not in _ADJECTIVE_OF]
    return bool(before) and before[-1] in _DEFINITE


def _says_only(words: Sequence[str]) -> str:
    """Which attribute a text tells that tells no more."""
    of_word = dict.fromkeys(_PERSONS, "person") | _OF_WORD | {_AGE_IN_YEARS: "age"}
    told = [of_word.get(word, "") for word in words if word not in _EMPTY]
    if "" in told or all(one == "person" for one in told):
        return ""
    return next(one for one in ("race", "gender", "age") if one in told)


def _colour_of_a_thing(question: str) -> bool:
    """Whether a question asks for the colour of something that is no person."""
    words = _tokens(question)
    if not any(re.fullmatch(r"colou?r(?:s|ed)?", word) for word in words):
        return False
    last = [word for word in words if word not in _EMPTY][-1]
    return last not in _PERSONS | {"skin"}
