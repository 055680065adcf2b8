"""Prove in a browser that nothing typed is lost: each window, field, fault and action meet.

A value is typed while something fails, and something more is done: another field, waiting,
reloading, the window's own button. When the fault is over, the value is still what was typed last,
in the window and on the server, and nothing was sent or signed. `windows` says which windows there
are, `faults` what can fail.
"""

import contextlib
import importlib.util
import tempfile
import time
from collections import Counter
from pathlib import Path

from playwright.sync_api import Error, expect

from checks.typed.faults import FAULTS
from checks.typed.scene import Scene
from checks.typed.windows import WINDOWS
from place import CHECKOUT
from servers import databases
from servers.processes import free_port, odoo, sandbox
from walk.journey import browser

ACTIONS = ("edit another field", "wait", "reload", "press the main button")
PATIENCE_MS = 20_000
PATIENCE_S = 20
STILL_THERE_MS = 1_000
LONG_ENOUGH_MS = 1300
"""For the window to try, fail and say so, several times."""
ODOOS_DIALOGS = ".o_error_dialog, .modal:has-text('Invalid Operation')"


def check():
    """Try all cells and print what came of them; raise AssertionError when something was lost."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = stack.enter_context(databases.temporary("typed"))
        sandbox_url = stack.enter_context(sandbox(free_port(), folder / "sandbox.sqlite"))
        odoo_url = stack.enter_context(odoo(free_port(), database))
        chromium = stack.enter_context(browser())
        scene = Scene(chromium, odoo_url, sandbox_url, database)
        outcomes = [try_cell(scene, number, cell) for number, cell in enumerate(_cells(), 1)]
        scene.log_out()
    _print(outcomes)
    if lost := [outcome for outcome in outcomes if outcome[-1]]:
        raise AssertionError("\n".join(map(str, lost)))


def _cells():
    """Pairs of field, fault and action in `bin/test`, all three in `bin/test --full`."""
    path = CHECKOUT / "tests/kit/matrix.py"
    spec = importlib.util.spec_from_file_location("matrix", path)
    matrix = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(matrix)
    fields = [(window, name) for window in WINDOWS for name in window.fields]
    return matrix.cells(field=fields, fault=tuple(FAULTS), action=ACTIONS)


def try_cell(scene, number, cell):
    """Type, fail, do more, mend; return window, field, fault, action and what was lost."""
    window, name = cell["field"]
    fault, action = cell["fault"], cell["action"]
    lost = ""
    try:
        _try(scene, window, name, FAULTS[fault], action, f"{number}")
    except (AssertionError, Error) as problem:
        lost = " ".join(str(problem).split())[:300]
        scene.leave(window)
    print("." if not lost else f"\n  {window.title}, {name}, {fault}, {action}: {lost}", end="")
    return window.title, name, fault, action, lost


def _try(scene, window, name, fault, action, mark):
    page = scene.open(window)
    text = window.make_text(name, mark)
    other = window.make_text(window.other, f"{mark}9")
    typed = {name: text}
    with fault(scene, window, name, window.make_text(name, f"{mark}8")):
        window.type(page, name, text)
        match action:
            case "edit another field":
                typed[window.other] = other  # the same field again where there is no other
                window.type(page, window.other, other)
            case "reload":
                scene.reload(page)
            case "press the main button":
                window.press(page)
        page.wait_for_timeout(LONG_ENOUGH_MS)
        for field, value in typed.items():
            expect(window.input(page, field)).to_have_value(value, timeout=STILL_THERE_MS)
        expect(page.locator(ODOOS_DIALOGS)).to_have_count(0)
        if stored := scene.kept_by_browser(page, (text, other)):
            raise AssertionError(f"the browser keeps {stored}")
    window.finish(page)
    for field, value in typed.items():
        expect(window.input(page, field)).to_have_value(value, timeout=PATIENCE_MS)
        _wait_until_stored(scene, window, field, value)
    if window.is_over(scene):
        raise AssertionError("what nobody asked for twice was done")
    scene.leave(window)


def _wait_until_stored(scene, window, name, value):
    give_up = time.monotonic() + PATIENCE_S
    while (stored := window.stored(scene, name)) != value:
        if time.monotonic() > give_up:
            raise AssertionError(f"{name} is stored as {stored!r} instead of {value!r}")
        time.sleep(0.2)


def _print(outcomes):
    """A line for each window and field: of how many cells everything was kept, for each fault."""
    tried, kept = Counter(), Counter()
    for title, name, fault, _action, lost in outcomes:
        tried[title, name, fault] += 1
        kept[title, name, fault] += not lost
    print("\n  " + "".join(f"{head:>17}" for head in ("", "", *FAULTS)))
    for title, name in dict.fromkeys((title, name) for title, name, *_rest in outcomes):
        counts = (f"{kept[title, name, f]}/{tried[title, name, f]}" for f in FAULTS)
        print(f"  {title:<20}{name:<14}" + "".join(f"{count:>17}" for count in counts))
    print(f"  {sum(kept.values())} of {sum(tried.values())} cells: nothing typed was lost")
