from . import callback, ccda, document, enrolled, not_me, session
