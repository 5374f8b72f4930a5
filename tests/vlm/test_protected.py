"""What asks for race, gender or age is told from what points at somebody, or is about things."""

from __future__ import annotations

import pytest

from videoemo.vlm.protected import asked_by_answers, asked_by_description, asked_by_question


@pytest.mark.parametrize(
    ("text", "attribute"),
    [
        ("race", "race"),
        ("What is the ethnicity of the person?", "race"),
        ("Is the person Southeast Asian?", "race"),
        ("Is the person black or white?", "race"),
        ("Does the white man smile?", "race"),
        ("gender", "gender"),
        ("Is this a man or a woman?", "gender"),
        ("Is the person male?", "gender"),
        ("How many men are there?", "gender"),
        ("How old is the person?", "age"),
        ("Is the person old?", "age"),
        ("Is the person under 30?", "age"),
        ("Is this a child?", "age"),
        ("age_group", "age"),
        ("Which facial expression does the face display?", ""),
        ("the image", ""),
        ("embrace", ""),
        ("Is the shirt black or white?", ""),
        ("How many people smile?", ""),
        ("Does the man on the left smile?", ""),
        ("What does the older woman hold?", ""),
        ("Which old coat is worn?", ""),
        ("Is it an Indian dress?", ""),
        ("Who wins the race?", ""),
        ("Is the number on the shirt above 20?", ""),
    ],
)
def test_what_a_question_asks_of_a_person_is_recognised(text: str, attribute: str) -> None:
    assert asked_by_question(text) == attribute


@pytest.mark.parametrize(
    ("question", "answers", "attribute"),
    [
        ("What?", ("female", "male"), "gender"),
        ("What?", ("black", "white"), "race"),
        ("What?", ("Latinx_Hispanic", "Middle Eastern"), "race"),
        ("What?", ("old man", "young man"), "gender"),
        ("What?", ("20-39", "60+"), "age"),
        ("What?", ("from 0 to 9", "More than 60"), "age"),
        ("What?", ("old", "young"), "age"),
        ("What is the colour of the skin?", ("black", "white"), "race"),
        ("What is the colour of the shirt?", ("black", "white"), ""),
        ("How many people are there?", ("0-2", "3-5"), ""),
        ("Is the coat new?", ("new", "old"), ""),
        ("What?", ("an old coat", "the men's shirt"), ""),
        ("What?", ("nobody", "one person", "people"), ""),
    ],
)
def test_what_answers_tell_of_a_person_is_recognised(
    question: str, answers: tuple[str, ...], attribute: str
) -> None:
    assert asked_by_answers(question, answers) == attribute


@pytest.mark.parametrize(
    ("description", "attribute"),
    [
        ("the man", "gender"),
        ("an elderly lady", "gender"),
        ("someone who looks young", "age"),
        ("the youngest person", "age"),
        ("the person over 60", "age"),
        ("a person of 60 years", "age"),
        ("the Asian woman", "race"),
        ("the Asian in the red shirt", "race"),
        ("the black man on the left", "race"),
        ("the white old man on the left", "race"),
        ("the black one", "race"),
        ("the person with dark skin color", "race"),
        ("by gender, on the left", "gender"),
        ("the man on the left", ""),
        ("the woman in the red dress", ""),
        ("the child at the window", ""),
        ("the old coat", ""),
        ("the person in the men's shirt", ""),
        ("the man in black", ""),
        ("the one in the white coat", ""),
        ("the one with white hair", ""),
        ("the one with the Indian flag", ""),
        ("the race car driver", ""),
        ("the one with number 20-39", ""),
        ("the one who holds a baby", ""),
    ],
)
def test_nobody_is_looked_for_by_race_nor_by_gender_or_age_alone(
    description: str, attribute: str
) -> None:
    assert asked_by_description(description) == attribute
