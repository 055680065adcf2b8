"""Walk the journey from a clinical note to a delivered referral, as its users do."""

import argparse
import sys

import requests


def login(odoo, database, user, password):
    """A session of this user with Odoo."""
    session = requests.Session()
    parameters = {"db": database, "login": user, "password": password}
    request = {"jsonrpc": "2.0", "method": "call", "params": parameters}
    answer = session.post(f"{odoo}/web/session/authenticate", json=request, timeout=60).json()
    if "error" in answer:
        sys.exit(f"{user} cannot log in: {answer['error']['data']['message']}")
    return session


def main():
    parser = argparse.ArgumentParser(prog="bin/demo", description=__doc__)
    parser.add_argument("--odoo", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--sandbox", required=True, help=argparse.SUPPRESS)
    parser.add_argument("--database", required=True, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    login(arguments.odoo, arguments.database, "admin", "admin")
    sys.exit("admin is logged in; the journey from here on is not there yet")


main()
