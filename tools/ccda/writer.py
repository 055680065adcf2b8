"""From a `ReferralNote` to the bytes of a document."""

from lxml import etree

from .component import completed, component
from .header import header
from .model import ReferralNote, Section
from .sections import PAYERS
from .summary import summarize
from .xml import HL7, SDTC, XSI, element


def write(note: ReferralNote) -> bytes:
    """Return the C-CDA R2.1 Referral Note (V2) as UTF-8 XML, the same bytes for the same note.

    What XML cannot hold is left out of texts, see `xml.clean`; the rest of them stays.

    :raise ValueError: from `ReferralNote`, when a time has no offset or a section is given twice
    """
    root = etree.Element(f"{{{HL7}}}ClinicalDocument", nsmap={None: HL7, "xsi": XSI, "sdtc": SDTC})
    root.extend(header(note))
    sections = [component(s, note) for s in completed(_sections(note))]
    root.append(element("component", element("structuredBody", sections)))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _sections(note: ReferralNote):
    """The summary, the sections of the note, and what its patient brings along."""
    coverages = note.patient.coverages
    payers = [Section(PAYERS, items=coverages)] if coverages else []
    return (summarize(note), *note.sections, *payers)
