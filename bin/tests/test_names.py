"""The lint of names in the documentation, held against pages that name what does not exist."""

from pathlib import Path

import pytest

from lint.names import Code, check

CODE = Code(Path(__file__).resolve().parents[2])

# A sentence, and what the lint says about it; None: nothing
SENTENCES = [
    ("`models/message/states.py` has the states.", None),
    ("`models/message/stages.py` has the states.", "there is no models/message/stages.py"),
    ("`bin/test --full` runs everything.", None),
    ("`bin/test --empty` runs nothing.", "no code knows --empty"),
    ("`bin/trial` runs nothing.", "there is no bin/trial"),
    ("`states.py` has the states.", None),
    ("`stages.py` has the states.", "there is no file stages.py"),
    ("`direct.message` is a model.", None),
    ("`direct.postcard` is none.", "there is no model direct.postcard"),
    ("A referral has `direct.referral._note()`.", None),
    ("A letter has `direct.letter.postage`? No.", "direct.letter has no postage"),
    ("A message has `direct.message.postage`? No.", "direct.message has no postage"),
    ("A field `in_reply_to_id`.", None),
    ("A field `in_answer_to_id`.", "no code knows in_answer_to_id"),
    ("A method `_note_postcard()`.", "no code knows _note_postcard"),
    ("The domain `direct.sandbox.test`.", None),
    ("Open *Configuration > Receiving\nProblems*.", None),
    ("Open *Configuration > Not Received*.", "the menu Configuration has no Not Received"),
    ("Press *Test Connection*, not *Lick Stamp*.", "nobody reads Lick Stamp on the screen"),
    ("In *Settings > Direct Messaging > Consult Reports*.", None),
    ("A message is *delivered*, **Never** *posted*.", None),
    ("```\nbin/trial `_note_postcard()`\n```", None),
]


@pytest.mark.parametrize(("sentence", "says"), SENTENCES)
def test_what_a_page_names_exists(sentence, says):
    problems = [problem.text for problem in check([("page.md", sentence)], CODE)]
    assert problems == ([says] if says else [])


def test_a_problem_stands_at_its_line():
    [problem] = check([("page.md", "One.\n\nTwo `bin/trial`.")], CODE)
    assert (problem.path, problem.line) == ("page.md", 3)
