"""Whether a document from outside is a consult report, told from its first lines alone."""

from io import BytesIO

from lxml import etree

HL7 = "{urn:hl7-org:v3}"
LONGEST_HEADER = 64 * 1024
CONSULTATION_NOTE = "2.16.840.1.113883.10.20.22.1.4"
"""C-CDA R2.1: template of the Consultation Note, in every version of it."""
LOINC = "2.16.840.1.113883.6.1"
CONSULT_NOTE = "11488-4"


def is_consultation_note(content: bytes) -> bool:
    """Whether `content` is a C-CDA Consultation Note; False for anything that is none.

    Reads 64 KB at most, of which type and template stand at the beginning; loads nothing and
    expands no entity.
    """
    try:
        return _says_so(content[:LONGEST_HEADER])
    except etree.XMLSyntaxError:
        return False  # no XML, broken, or cut off before it said what it is


def _says_so(header):
    elements = etree.iterparse(
        BytesIO(header),
        events=("start",),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
    )
    for _event, element in elements:
        parent = element.getparent()
        if parent is None:
            if element.tag != f"{HL7}ClinicalDocument":
                return False
        elif parent.getparent() is None:
            if element.tag == f"{HL7}templateId" and element.get("root") == CONSULTATION_NOTE:
                return True
            if element.tag == f"{HL7}code":
                return (element.get("codeSystem"), element.get("code")) == (LOINC, CONSULT_NOTE)
    return False
