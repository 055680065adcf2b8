from . import callback, ccda, document, enrolled
