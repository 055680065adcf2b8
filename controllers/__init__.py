from . import callback, ccda, document, enrolled, session
