from . import callback, document, enrolled
