"""A clinical document as HTML, made from its narrative and header.

Nothing of the document becomes markup: elements are made by the table `ELEMENTS`, their attributes
by `_attributes`, and all the rest is escaped text. There is no link, picture, style or script.
Style: `static/src/cda/cda.scss`.
"""

from markupsafe import Markup

from .parse import Document


def render(document: Document) -> Markup:
    """Return a document as one `<div class="o_direct_cda">`, safe to put into a page."""
    raise NotImplementedError
