from . import (
    entry,
    note,
    problem,
    medication,
    allergy,
)
