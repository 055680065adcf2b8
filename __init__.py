from . import controllers, models, wizards
from .tools import sql_log

sql_log.install()
