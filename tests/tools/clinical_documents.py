"""Clinical documents to read in tests: made here, and of other systems."""

import os
import re
from html.parser import HTMLParser
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parents[2]
# Of packages that bin/setup installs for this
CORPUS = (
    "blue-button/example/C32.xml",
    "blue-button/example/CCD_1.xml",
    "blue-button/test/fixtures/parser-c32/VA_CCD_Sample_File_Version_12_5_1.xml",
    "blue-button/test/fixtures/parser-ccd/SampleCCDDocument.xml",
    "blue-button/test/fixtures/parser-ccda/CCDA_Functional_Status_v1.xml",
    "blue-button/test/fixtures/parser-ccda/CCDA_NullFlavorSample_v1.xml",
    "blue-button/test/fixtures/parser-ccda/CCDA_ReferencedValuesSample_v1.xml",
    "blue-button/test/fixtures/parser-ccda/CCD_1_newsections.xml",
    "blue-button/test/fixtures/parser-ccda/CCD_1_withNF.xml",
    "blue-button/test/fixtures/sense/CCD.example.xml",
    "blue-button/test/fixtures/sense/c32_sample.xml",
    "cda-schematron-validator/test/VitalSigns.xml",
)
PATIENT = """
    <recordTarget><patientRole>
        <id root="2.16.840.1.113883.19.5" extension="998991"/>
        <addr use="HP"><streetAddressLine>12 Maple Street</streetAddressLine><city>Burlington</city>
            <state>VT</state><postalCode>05401</postalCode></addr>
        <telecom use="HP" value="tel:+1(802)863-2345"/><telecom value="mailto:ana@example.org"/>
        <patient>
            <name use="L"><given>Ana</given><given>María</given><family>Núñez</family></name>
            <administrativeGenderCode code="F"/><birthTime value="19700304"/>
        </patient>
    </patientRole></recordTarget>
"""


def corpus():
    """Yield name and bytes of each document of other systems."""
    folder = Path(os.environ["DIRECT_MESSAGING_PLACE"], "node_modules")
    for name in CORPUS:
        yield name, (folder / name).read_bytes()


def section(narrative="", code="", title="Notes", entries="", sections=""):
    return (
        f'<component><section><code code="{code}"/><title>{title}</title>'
        f"<text>{narrative}</text>{entries}{sections}</section></component>"
    )


def document(sections="", header=PATIENT, before="", title="Referral Note"):
    """Return a small clinical document as text."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>{before}<ClinicalDocument xmlns="urn:hl7-org:v3"'
        ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
        ' xmlns:xi="http://www.w3.org/2001/XInclude" xmlns:sdtc="urn:hl7-org:sdtc">'
        '<id root="1.2.3" extension="77"/><code code="57133-1"/>'
        f'<title>{title}</title><effectiveTime value="20260102093000-0500"/>{header}'
        f"<component><structuredBody>{sections}</structuredBody></component></ClinicalDocument>"
    )


class AllowList(HTMLParser):
    """Finds in HTML what a shown document must not have."""

    TAGS = re.compile(
        "br|caption|dd|details|div|dl|dt|em|h[2-6]|header|li|ol|p|small|span|strong|sub|summary"
        "|sup|table|tbody|td|tfoot|th|thead|tr|ul"
    )
    CLASSES = ("o_direct_cda", "alert", "text-muted")
    VALUES = {
        "colspan": str.isdecimal,
        "rowspan": str.isdecimal,
        "scope": {"row", "col"}.__contains__,
        "open": {""}.__contains__,
        "tabindex": {"0"}.__contains__,
        "role": {"group"}.__contains__,
        "aria-label": {"Table"}.__contains__,
        "class": lambda names: all(n.startswith(AllowList.CLASSES) for n in names.split()),
    }

    @classmethod
    def faults(cls, html):
        parser = cls()
        parser.found = []
        parser.open = []
        parser.feed(html)
        parser.close()
        return parser.found + [f"left open: {tag}" for tag in parser.open]

    def handle_starttag(self, tag, attrs):
        if not self.TAGS.fullmatch(tag):
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name not in self.VALUES or not self.VALUES[name](value):
                self.found.append(f"{name}={value}")
        if tag != "br":
            self.open.append(tag)

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.found.append(f"</{tag}>")

    def _not_allowed(self, text):
        self.found.append(text)

    handle_comment = handle_decl = handle_pi = unknown_decl = _not_allowed
