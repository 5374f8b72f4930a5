"""What `score` tells of a network: what faces display; age and gender only where they are asked
for; ethnicity never.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from videoemo.errors import InputError
from videoemo.labels import ETHNICITIES, FAIRFACE_ETHNICITIES
from videoemo.util.messages import shown
from videoemo.zoo.cards import Card
from videoemo.zoo.heads import EMBEDDING, EXPRESSION, Head

__all__ = ["embedding_card", "heads_notice", "refuse_ethnicity", "scored_card"]

# Names under which a plain number tells the same as a head of an attribute.
_OF_PERSONS = frozenset(["age", "gender", "sex", "female", "male"])
# Names and labels by which a head tells ethnicity.
_ETHNIC = frozenset(
    [
        *("ethnicity", "ethnicities", "ethnic group", "race", "races", "skin", "skin colour"),
        *("latino", "hispanic", "caucasian", "african", *ETHNICITIES),
        *(name.casefold().replace("_", " ") for name in FAIRFACE_ETHNICITIES),
    ]
)
# Of classes of expressions, or of one's own, these may mean other things.
_AMBIGUOUS = frozenset(["white", "black", "other"])


def scored_card(card: Card, heads: Sequence[str]) -> Card:
    """The card of a network as `score` sees it: without the heads of which it does not tell, and
    without the figures by groups of people, which are of others.

    Parameters
    ----------
    card : Card
        Of the network.
    heads : sequence of str
        The heads of persons that are asked for: `age`, `gender`.

    Raises
    ------
    InputError
        The network has no such head; or its expressions are ethnicities.
    """
    refuse_ethnicity(card.classes, f"the expressions of {card.name} are")
    told = tuple(head for head in card.outputs if _is_told(head, heads))
    names = [head.name for head in told]
    missing = [name for name in heads if name not in names]
    if missing:
        raise InputError(
            f"heads: {card.name} has no head that tells {missing[0]}; give a network that has one, "
            "as extractor, or do not ask for it"
        )
    if told != card.outputs:
        card = replace(card, outputs=told, hidden=None)
    return replace(card, audit=()) if card.audit else card


def embedding_card(card: Card) -> Card:
    """The card of a network of which nothing but the embedding serves."""
    vector = tuple(head for head in card.outputs if head.name == EMBEDDING)
    return replace(card, outputs=vector, hidden=None, audit=())


def heads_notice(heads: Sequence[str]) -> str:
    """The reason why heads of persons are not told by themselves, in one line."""
    return (
        f"{' and '.join(heads)}: how a face looks to a network that was taught others' guesses, "
        "not who anybody is; its errors differ between groups of people (docs/limits.md says more)"
    )


def refuse_ethnicity(classes: Iterable[str], what: str) -> None:
    """Refuse classes by which ethnicity would be told.

    Parameters
    ----------
    classes : iterable of str
        Their names.
    what : str
        Whose they are, for the message: `the classes of FILE are`.

    Raises
    ------
    InputError
        One of them is an ethnicity.
    """
    ethnic = [name for name in classes if _normal(name) in _ETHNIC - _AMBIGUOUS]
    if ethnic:
        raise InputError(
            f"{what} ethnicities ({shown(ethnic[0])}), which score never tells; docs/limits.md "
            "says why"
        )


def _is_told(head: Head, asked: Sequence[str]) -> bool:
    """Whether `score` tells of a head: of what faces display, and of the attributes asked for."""
    if head.name in (EXPRESSION, EMBEDDING):
        return True
    if not head.is_number or not _ETHNIC.isdisjoint(map(_normal, (head.name, *head.labels))):
        return False
    of_persons = head.is_attribute or _normal(head.name) in _OF_PERSONS
    return head.name in asked or not of_persons


def _normal(name: str) -> str:
    return name.casefold().replace("_", " ").replace("-", " ").strip()
