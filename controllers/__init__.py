from . import callback, enrolled
