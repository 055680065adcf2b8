"""What could not be taken over is with its original now (`direct.original`).

What was listed before was never acknowledged: the provider hands it over again.
"""


def migrate(cr, version):
    cr.execute("DROP TABLE IF EXISTS direct_message_stuck CASCADE")
