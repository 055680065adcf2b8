"""Odoo as a script: with workers it starts its gevent process by the path of what was started."""

from odoo.cli.command import main

main()
