"""Knowledge questions: made up, kept in memory only, and gone with the process."""

import random
import secrets
import threading
import time
from typing import Any

from .errors import ApiError

QUESTIONS = 4
NONE = "None of the above"
# At each try others are asked: what is to be known, and what may be chosen from.
POOL = (
    (
        "On which of these streets have you lived?",
        ("Alder Court", "Birchwood Lane", "Canal Street", "Dover Terrace", "Elm Ridge Road"),
    ),
    (
        "Which of these companies did you once have a car loan with?",
        ("Northgate Motor Credit", "Pinewood Auto Finance", "Redstone Bank", "Valley Lending"),
    ),
    (
        "In which of these counties have you owned a home?",
        ("Ashland County", "Dunmore County", "Fairfield County", "Marion County", "Polk County"),
    ),
    (
        "Which of these employers have you worked for?",
        ("Brightwater Hospital", "Fenwick Stores", "Harbor Transit", "Summit Laboratories"),
    ),
    (
        "Which of these telephone numbers have you used?",
        ("ending in 0117", "ending in 0142", "ending in 0163", "ending in 0188"),
    ),
    (
        "In which of these years did you open your oldest credit card?",
        ("1998", "2003", "2007", "2011", "2015"),
    ),
    (
        "In which of these states was your Social Security number issued?",
        ("Colorado", "Georgia", "Maine", "Oregon", "Wisconsin"),
    ),
    (
        "Which of these cars have you registered?",
        ("a grey station wagon", "a red pickup", "a blue convertible", "a white van"),
    ),
)


class QuestionSet:
    """The questions of one try. What was answered is not kept, only whether all of it was right.

    The right choice is the one whose text ends with a full stop.
    """

    def __init__(self, number: int):
        first = number * QUESTIONS % len(POOL)
        chance = random.Random(secrets.randbits(64))
        asked = chance.sample(POOL[first : first + QUESTIONS], QUESTIONS)
        self.id = f"qst-{secrets.token_hex(12)}"
        self.questions = [_question(text, choices, chance) for text, choices in asked]
        self._lock = threading.Lock()
        self._answered = 0
        self._is_right = True
        self._is_late = False
        self._since = time.monotonic()

    @property
    def is_complete(self) -> bool:
        return self._answered == len(self.questions) and not self._is_late

    @property
    def is_right(self) -> bool:
        return self.is_complete and self._is_right

    def answer(self, question_id: str, choice_id: str, seconds: float) -> None:
        """Take the answer to the next question; ApiError when it is late, or another's."""
        with self._lock:
            numbers = {question["id"]: n for n, question in enumerate(self.questions)}
            number = numbers.get(question_id)
            if number is not None and number < self._answered:
                raise ApiError(409, "question_answered", "This question was already answered.")
            self._is_late = self._is_late or time.monotonic() - self._since > seconds
            if self._is_late:
                raise ApiError(
                    410,
                    "questions_expired",
                    "Time is up for this question, and this try was used.",
                )
            if number != self._answered:
                raise ApiError(409, "question_out_of_order", "Answer the questions in their order.")
            chosen = [c for c in self.questions[number]["choices"] if c["id"] == choice_id]
            if not chosen:
                raise ApiError(422, "choice_unknown", "This question doesn't have that choice.")
            self._is_right = self._is_right and chosen[0]["text"].endswith(".")
            self._answered += 1
            self._since = time.monotonic()


def _question(text: str, choices: tuple[str, ...], chance: random.Random) -> dict[str, Any]:
    shown = chance.sample(choices, len(choices))
    shown[chance.randrange(len(shown))] += "."
    return {
        "id": f"q-{secrets.token_hex(6)}",
        "text": text,
        "choices": [{"id": f"c-{secrets.token_hex(6)}", "text": t} for t in (*shown, NONE)],
    }
