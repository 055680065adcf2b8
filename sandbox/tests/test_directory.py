"""The provider directory."""

import csv

import pytest

from sandbox.directory import DATA


def search(ehr, query, limit=100):
    return ehr.post("directory/search", {"query": query, "limit": limit}).json()["entries"]


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("chen", "Maya Chen, MD"),
        ("CARDIO chen", "Maya Chen, MD"),
        ("pena endo", "José Peña-Ortiz, MD"),
        ("peña", "José Peña-Ortiz, MD"),
        ("lafayette immun", "Mei Lin, MD"),
        ("maya.chen@lakeview", "Maya Chen, MD"),
    ],
)
def test_each_word_begins_some_word_of_the_entry(ehr, query, name):
    assert [entry["name"] for entry in search(ehr, query)] == [name]


def test_every_word_must_be_found(ehr):
    assert search(ehr, "chen dermatology") == []
    assert search(ehr, "hen") == []


def test_entries_can_be_written_to(ehr):
    (entry,) = search(ehr, "maya chen")
    assert entry["organization"] == "Lakeview Cardiology"
    assert (entry["city"], entry["state"], entry["zip"]) == ("Madison", "WI", "53703")
    assert ehr.get(f"addresses/{entry['address']}").json()["trusted"]


def test_it_is_found_by_npi(ehr):
    (entry,) = search(ehr, "maya chen")
    assert search(ehr, entry["npi"]) == [entry]


def test_the_limit_is_kept(ehr):
    assert len(search(ehr, "", limit=5)) == 5
    assert len(search(ehr, "")) > 30


def test_authenticated_practices_of_customers_are_listed(ehr):
    ehr.domain("sunrise")
    ehr.address("jane", "sunrise.direct.sandbox.test")
    assert search(ehr, "jane sunrise") == []
    ehr.authenticate("sunrise.direct.sandbox.test")
    assert [e["address"] for e in search(ehr, "jane sunrise")] == [
        "jane@sunrise.direct.sandbox.test"
    ]


def test_the_data_is_plausible_and_fictional():
    with (DATA / "providers.csv").open(encoding="utf-8") as file:
        providers = list(csv.DictReader(file))
    with (DATA / "practices.csv").open(encoding="utf-8") as file:
        practices = list(csv.DictReader(file))
    assert len({row["npi"] for row in providers}) == len(providers)
    assert all(luhn(f"80840{row['npi']}") and row["npi"][0] in "12" for row in providers)
    assert {row["practice"] for row in providers} == {row["label"] for row in practices}
    assert all("-555-01" in row["phone"] for row in practices)


def luhn(number):
    doubled = [int(c) * (1 + n % 2) for n, c in enumerate(reversed(number))]
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
