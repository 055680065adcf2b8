from . import callback, ccda, enrolled
