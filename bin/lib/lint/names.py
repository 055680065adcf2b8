"""What the documentation names exists.

Code stands in backticks: files, commands, models with their members, other names. What people read
on the screen stands in italics and begins with a capital: menus, buttons, settings.
"""

import re
from collections import defaultdict
from functools import cached_property
from itertools import pairwise

import polib
from lxml import etree

from lint.source import File, Problem, texts_of
from strings.plain import sentences

KINDS = {".css", ".html", ".js", ".json", ".py", ".scss", ".sh", ".sql", ".toml", ".xml", ""}
# They would know every name: they list names, or are documentation themselves
NOT_CODE = ("docs/provider-api.openapi.json", "bin/lib/lint/", "bin/tests/")
# Names of Odoo, of other programs and of standards
OF_OTHERS = {"addons_path", "secure_filename"}
READ_ELSEWHERE = {
    "Automatic reply:",
    "Ben Okoro for Dr. Zoë Adler",
    "Apps",
    "Implementation Guide for Delivery Notification in Direct",
    "Implementation Guide for Direct Edge Protocols",
    "My Preferences",
    "Settings > Technical > Scheduled Actions",
    "Update Apps List",
}
# Where texts stand that no .pot file has
READ_AS_CODE = (
    "**/__manifest__.py",
    "**/*.test.js",
    "docs/examples/**/*.py",
    "sandbox/**/*.html",
    "sandbox/**/*.py",
)

FENCED = re.compile(r"^ *```.*?^ *```", re.DOTALL | re.MULTILINE)
IN_BACKTICKS = re.compile(r"`([^`]+)`")
IN_ITALICS = re.compile(r"(?<![*\w])\*([A-Z][^*]*?)\*(?![*\w])", re.DOTALL)


def check(pages, code):
    """A problem for each name that leads nowhere.

    :param pages: (path below the root, text) of each page
    :param code: a :class:`Code`
    """
    for page, text in pages:
        for what, name, start in _named(text):
            problem = code.problem_with(what, " ".join(name.split()))
            if problem:
                line = text.count("\n", 0, start) + 1
                yield Problem(str(page), line, name, problem)


def _named(text):
    """(pattern, name, where) of each name in a page."""
    text = FENCED.sub(_blank, text)
    for found in IN_BACKTICKS.finditer(text):
        yield "code", found[1], found.start()
    for found in IN_ITALICS.finditer(IN_BACKTICKS.sub(_blank, text)):
        yield "screen", found[1], found.start()


def _blank(found):
    return re.sub(r"\S", " ", found[0])


class Code:
    """What the repository at `root` has that a page can name."""

    def __init__(self, root):
        self.root = root
        self.folders = {p.name for p in root.iterdir() if p.is_dir() and p.name[0] != "."}

    def problem_with(self, what, name):
        """What is wrong with a name, or None."""
        return self._on_screen(name) if what == "screen" else self._in_code(name)

    def _in_code(self, name):
        first = name.split()[0]
        if first.split("/")[0] in self.folders and re.fullmatch(r"[\w.*/-]+", first):
            if not any(self.root.glob(first.rstrip("/"))):
                return f"there is no {first}"
            is_command = first.startswith("bin/")
            return self._unknown(re.findall(r"--[\w-]+", name)) if is_command else None
        if re.fullmatch(r"\w+\.(py|js|xml|css|sql|toml)", name):
            return None if name in self.file_names else f"there is no file {name}"
        if re.match(r"direct\.\w+(?!.*\.test$)", name):
            return self._in_model(name)
        if re.fullmatch(r"--[\w-]+( \S+)?", name):
            return self._unknown([first])
        if re.fullmatch(r"[\w.]+\(.*\)", name):
            return self._unknown(re.findall(r"\w+", name.partition("(")[0]))
        if re.fullmatch(r"[\w.]+", name):
            return self._unknown(re.findall(r"\w*(?:_|[a-z][A-Z])\w*", name))
        return None

    def _unknown(self, words):
        unknown = [word for word in words if word not in self.words | OF_OTHERS]
        return f"no code knows {', '.join(unknown)}" if unknown else None

    def _in_model(self, name):
        parts = re.match(r"[\w.]+", name)[0].split(".")
        for length in range(len(parts), 0, -1):
            model = ".".join(parts[:length])
            if model in self.members:
                member = next(iter(parts[length:]), None)
                known = member in {None, *self._members_of(model)}
                return None if known else f"{model} has no {member}"
        return f"there is no model {name}"

    def _members_of(self, model):
        return self.members[model].union(*map(self._members_of, self.parents[model] - {model}))

    def _on_screen(self, name):
        parts = [part.removesuffix("...").strip() for part in name.split(">")]
        # What stands in Odoo's own Settings are no menus
        for above, below in pairwise(parts) if parts[0] != "Settings" else ():
            if above in dict(self.menus) and (above, below) not in self.menus:
                return f"the menu {above} has no {below}"
        unknown = [p for p in parts if p not in self.on_screen and name not in READ_ELSEWHERE]
        return f"nobody reads {', '.join(unknown)} on the screen" if unknown else None

    @cached_property
    def files(self):
        found = [path for folder in self.folders for path in (self.root / folder).rglob("*")]
        return [
            path
            for path in (*found, *self.root.iterdir())
            if path.suffix in KINDS
            and path.is_file()
            and not str(path.relative_to(self.root)).startswith(NOT_CODE)
        ]

    @cached_property
    def file_names(self):
        return {path.name for path in self.files}

    @cached_property
    def words(self):
        """Each word in code, and each option of a command."""
        words = set()
        for path in self.files:
            words.update(re.findall(r"\w+|--[\w-]+", path.read_text(errors="replace")))
        return words

    @cached_property
    def _models(self):
        """(class, model) of each class that makes or extends a model."""
        python = [path for path in self.files if path.suffix == ".py"]
        return [
            (node, model)
            for path in python
            if "models" in path.parts
            for node, model, _is_made in File(self.root, path.relative_to(self.root)).models()
        ]

    @cached_property
    def members(self):
        """What each model declares."""
        members = defaultdict(set)
        for node, model in self._models:
            for statement in node.body:
                made = getattr(statement, "targets", [getattr(statement, "target", statement)])
                members[model].update(getattr(m, "id", getattr(m, "name", None)) for m in made)
        return members

    @cached_property
    def parents(self):
        parents = defaultdict(set)
        for node, model in self._models:
            parents[model].update(texts_of(node, "_inherit"))
        return parents

    @cached_property
    def menus(self):
        """(name of a menu, name of what stands in it)."""
        items = {}
        for path in self.root.glob("**/views/menus.xml"):
            items.update({item.get("id"): item for item in etree.parse(path).iter("menuitem")})
        above = ((items.get((i.get("parent") or "").rpartition(".")[2]), i) for i in items.values())
        return {(menu.get("name"), item.get("name")) for menu, item in above if menu is not None}

    @cached_property
    def on_screen(self):
        """All that people read, tests of the interface included, which the journey names."""
        texts = [sentence.text for f in ("hisp", "tools") for sentence in sentences(self.root, f)]
        for path in self.root.glob("**/i18n/*.pot"):
            texts += [entry.msgid for entry in polib.pofile(str(path))]
        for pattern in READ_AS_CODE:
            texts += [path.read_text() for path in self.root.glob(pattern)]
        return "\n".join(texts)
