from . import controllers, models
from .tools import sql_log

sql_log.install()
