"""Odoo as its web client speaks to it: a session of a user, and calls of methods."""

import requests


class RpcError(Exception):
    """Odoo refused a call; the text is what a user would read.

    :param kind: the exception's type, such as `odoo.exceptions.UserError`
    """

    def __init__(self, text, kind=""):
        super().__init__(text)
        self.kind = kind


class User:
    """A logged-in user of the Odoo at `url`."""

    def __init__(self, url, database, login, password):
        self.url = url
        self.name = login
        self._session = requests.Session()
        self._session.trust_env = False
        self._post(
            "/web/session/authenticate", {"db": database, "login": login, "password": password}
        )

    def call(self, model, method, *arguments, **keywords):
        """Call a method of a model as a button of the interface does; return its result."""
        return self._post(
            f"/web/dataset/call_kw/{model}/{method}",
            {"model": model, "method": method, "args": list(arguments), "kwargs": keywords},
        )

    def find(self, model, domain):
        """The id of the first record that matches."""
        return self.call(model, "search", domain, limit=1)[0]

    def read(self, model, id_, *names):
        """The values of a record's fields: one, or a list of as many as were named."""
        [row] = self.call(model, "read", [id_], names)
        values = [row[name] for name in names]
        return values if len(names) > 1 else values[0]

    def download(self, path):
        answer = self._session.get(self.url + path, timeout=60)
        answer.raise_for_status()
        return answer.content

    def _post(self, path, parameters):
        request = {"jsonrpc": "2.0", "method": "call", "params": parameters}
        answer = self._session.post(self.url + path, json=request, timeout=120).json()
        if "error" in answer:
            trouble = answer["error"]["data"]
            raise RpcError(trouble["message"], trouble["name"])
        return answer.get("result")


def connect_provider(admin, sandbox, representative):
    """Do what an administrator does in Settings: connect the sandbox, appoint who authenticates.

    :param admin: a `User` with the right to
    :param sandbox: URL of the sandbox
    :param representative: login of the legal representative
    """
    provider = admin.find("direct.provider", [["code", "=", "sandbox"]])
    values = {
        "base_url": sandbox,
        "private_network": True,
        "api_key": "sandbox-demo-key",
        "state": "test",
    }
    admin.call("direct.provider", "write", [provider], values)
    company = admin.find("res.company", [])
    admin.call("res.company", "write", [company], {"direct_provider_id": provider})
    practice = admin.find("direct.practice", [["company_id", "=", company]])
    user = admin.find("res.users", [["login", "=", representative]])
    appointed = {"legal_representative_ids": [[4, user, 0]]}
    admin.call("direct.practice", "write", [practice], appointed)
    admin.call("direct.provider", "action_test_connection", [provider])
    works, result = admin.read("direct.provider", provider, "check_ok", "check_result")
    if not works:
        raise RpcError(result)
