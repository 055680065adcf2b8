"""The cells of a matrix: each pair of values in ``bin/test``, all combinations in ``--full``."""

import itertools
import os


def cells(full=None, **axes):
    """Combinations of the axes' values, as dictionaries, always in the same order.

    Most faults need two values to meet, and the pairs are few: ten axes of four values have a
    million combinations and some thirty rows with all their pairs.

    :param axes: a sequence of values for each axis
    :param full: all combinations; by default what ``bin/test --full`` says
    """
    if full is None:
        full = os.environ.get("DIRECT_MESSAGING_FULL") == "1"
    names = list(axes)
    if full or len(names) < 3:
        return [dict(zip(names, row, strict=True)) for row in itertools.product(*axes.values())]
    return [{name: axes[name][row[name]] for name in names} for row in _rows_with_all_pairs(axes)]


def _rows_with_all_pairs(axes):
    """Rows of positions on the axes in which each two positions of two axes meet."""
    order = {name: number for number, name in enumerate(axes)}
    places = [[(name, place) for place in range(len(axes[name]))] for name in axes]
    missing = {
        pair: None  # a dictionary, to have an order
        for one, other in itertools.combinations(places, 2)
        for pair in itertools.product(one, other)
    }

    def pairs(row):
        return itertools.combinations(sorted(row.items(), key=lambda item: order[item[0]]), 2)

    while missing:
        row = dict(next(iter(missing)))
        for name in axes:
            if name not in row:
                row[name] = max(
                    range(len(axes[name])),
                    key=lambda place, name=name: sum(
                        pair in missing for pair in pairs({**row, name: place})
                    ),
                )
        for pair in pairs(row):
            missing.pop(pair, None)
        yield row
