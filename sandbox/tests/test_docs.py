"""docs/provider-api.md and its OpenAPI document say what is so."""

import json
import re
import shutil
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from sandbox import persons, testing
from sandbox.__main__ import openapi
from sandbox.faults import EXPLAINED
from sandbox.settings import Values

DOCS = testing.ROOT / "docs"
GUIDE = (DOCS / "provider-api.md").read_text(encoding="utf-8")
BASH = shutil.which("bash")
EXAMPLE = re.compile(r"```sh\n(.*?)```\n(?:```json\n(.*?)```)?", re.DOTALL)


def test_the_openapi_document_is_the_current_one():
    kept = (DOCS / "provider-api.openapi.json").read_text(encoding="utf-8")
    assert kept == openapi() + "\n", (
        "run: python -m sandbox --openapi > docs/provider-api.openapi.json"
    )


def test_the_guide_names_every_route():
    for path in json.loads(openapi())["paths"]:
        anywhere = re.sub(r"\{\w+\}", r"[^/\\s]+", path)
        assert re.search(rf"{anywhere}[\s`\"?]", GUIDE), path


def test_the_guide_names_every_fault():
    assert [name for name in EXPLAINED if f"`{name}`" not in GUIDE] == []


def test_the_guide_names_every_test_person_and_clock():
    assert [name for name in persons.EXPLAINED if f"\n| {name} |" not in GUIDE] == []
    clocks = [name for name in asdict(Values()) if f"`{name}`" not in GUIDE]
    assert clocks == []


@pytest.mark.skipif(not (BASH and shutil.which("curl")), reason="the examples need bash and curl")
def test_the_examples_work_and_answer_as_shown():
    examples = EXAMPLE.findall(GUIDE)
    assert len(examples) > 10
    script = "\necho; echo =====\n".join(command for command, _answer in examples)
    script = script.replace("sleep 1\n", "sleep 0.2\n")
    with testing.running("--processed-after", "0", "--dispatched-after", "0") as sandbox:
        told = subprocess.run(  # noqa: S603 (our own guide)
            [BASH, "-euc", f'curl() {{ command curl --fail-with-body "$@"; }}\n{script}'],
            env={
                "API": sandbox.url,
                "KEY": "sandbox-demo-key",
                "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            },
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )
    assert told.returncode == 0, told.stdout + told.stderr
    answers = told.stdout.split("\n=====\n")
    for (command, shown), answer in zip(examples, answers, strict=True):
        assert shape(answer) == shape(shown), command


def shape(text):
    """The JSON with only names of fields and types of values left; in a list, each kind once."""

    def of(value):
        if isinstance(value, dict):
            return {name: of(part) for name, part in value.items()}
        if isinstance(value, list):
            parts = [of(part) for part in value]
            return [part for n, part in enumerate(parts) if part not in parts[:n]]
        return type(value).__name__

    return of(json.loads(text)) if text.strip() else None
