"""Where a provider may be: what is checked is what is connected to."""

import socket
import threading
from unittest.mock import patch
from urllib.parse import urlsplit

import requests
from hypothesis import example, given
from hypothesis import strategies as st
from odoo.tests import BaseCase, tagged
from odoo.tests.common import _super_send
from urllib3.util import parse_url

from ...hisp import errors, reach
from ...hisp.base import HispConfig
from ...hisp.sandbox import SandboxHisp

NEVER = (
    *("169.254.169.254", "169.254.1.1", "fe80::1", "fd00:ec2::254", "100.100.100.200"),
    *("168.63.129.16", "0.0.0.0", "0.1.2.3", "::", "224.0.0.1", "240.0.0.1", "255.255.255.255"),  # noqa: S104
    # The same, written as IPv6: mapped, 6to4, NAT64, compatible
    *("::ffff:169.254.169.254", "2002:a9fe:a9fe::1", "64:ff9b::a9fe:a9fe", "::a9fe:a9fe"),
)
PRIVATE = (
    *("127.0.0.1", "127.8.8.8", "::1", "10.0.0.5", "172.16.3.4", "192.168.1.1", "100.64.0.1"),
    *("fc00::1", "::ffff:10.0.0.5", "64:ff9b::a00:5", "2002:a00:5::1", "192.0.2.1"),
)
PUBLIC = ("93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:93.184.216.34")

ADDRESSES = (
    # what is entered, and whether it is a web address of ours
    ("https://hisp.example.org/", True),
    ("https://hisp.example.org:8443/api/v1", True),
    ("https://[2606:2800:220:1:248:1893:25c8:1946]:8443", True),
    ("http://127.0.0.1:8090", True),
    ("http://localhost:8090", True),
    ("HTTPS://HISP.example.org", True),
    ("http://hisp.example.org", False),
    ("ftp://hisp.example.org", False),
    ("hisp.example.org", False),
    ("", False),
    ("http://evil:8777\\@127.0.0.1", False),
    ("https://evil.example\\@hisp.example.org", False),
    ("https://user@hisp.example.org", False),
    ("https://user:password@hisp.example.org", False),
    ("https://@hisp.example.org", False),
    ("https://hisp.example.org\t.evil.example", False),
    ("https://hisp.example.org\r\nX: y", False),
    ("https://hisp.example.org\x00", False),
    ("https://hisp example.org", False),
    ("https://hisp.example.org?x", False),
    ("https://hisp.example.org#@evil.example", False),
    ("https://hisp.example.org:99999", False),
    ("https://hisp.example.org:0", False),
    ("https://hisp。example.org", False),
    ("https://hısp.example.org", False),
    ("https://[::1%25eth0]", False),
    ("http://127.0.0.1.evil.example", False),
    ("http://localhost.evil.example", False),
)


@tagged("post_install", "-at_install")
class TestReach(BaseCase):
    @classmethod
    def _request_handler(cls, session, request, /, **options):
        # OVERRIDE odoo: what has to be refused here would be refused by the tests themselves
        return _super_send(session, request, **options)

    def test_forms_of_an_address(self):
        for url, is_fine in ADDRESSES:
            with self.subTest(url):
                if is_fine:
                    self.assertEqual(reach.checked_base_url(url, True), url.rstrip("/"))
                else:
                    with self.assertRaises(errors.NeedsAdministrator):
                        reach.checked_base_url(url, True)

    @given(
        st.lists(
            st.sampled_from(
                [
                    *("https://", "http://", "evil.example", "127.0.0.1", "localhost", "[::1]"),
                    *("//", ":80", "%40", "%5c", "a", "。"),
                    *":@/\\?#%. \t\r\n;[]",
                ]
            ),
            max_size=9,
        ).map("".join)
        | st.text(max_size=20).map("https://".__add__)
    )
    @example("http://evil:8777\\@127.0.0.1")
    def test_every_parser_sees_the_same_host(self, url):
        try:
            checked = reach.checked_base_url(url, True)
        except errors.NeedsAdministrator:
            return
        url = f"{checked}/v1/ping"
        ours, theirs = urlsplit(url), parse_url(url)
        prepared = urlsplit(requests.Request("GET", url).prepare().url)
        hosts = {ours.hostname, (theirs.host or "").strip("[]").lower(), prepared.hostname}
        self.assertEqual(len(hosts), 1, url)
        self.assertEqual({ours.port, prepared.port}, {theirs.port}, url)
        self.assertTrue(ours.scheme == "https" or hosts <= set(reach.LOOPBACK), url)

    def test_which_addresses_are_allowed(self):
        for addresses, error, private_error in (
            (NEVER, errors.AddressNeverAllowed, errors.AddressNeverAllowed),
            (PRIVATE, errors.AddressNotAllowed, None),
            (PUBLIC, None, None),
        ):
            for address in addresses:
                for private, expected in ((False, error), (True, private_error)):
                    with self.subTest(address, private=private):
                        self.assertIs(self.refusal(address, private), expected)

    def refusal(self, address, private):
        """The type of the refusal to check and to connect; both are the same."""
        found = []
        listed = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
        with (
            patch.object(socket, "getaddrinfo", lambda *_args, **_kwargs: listed),
            patch.object(socket, "create_connection", lambda *_args: socket.socket()),
        ):
            for check in (
                lambda: reach.check_host(address, private),
                lambda: reach.connect("name.example", 443, private=private).close(),
            ):
                try:
                    check()
                    found.append(None)
                except errors.AddressNotAllowed as error:
                    found.append(type(error))
        self.assertEqual(found[0], found[1])
        return found[0]

    def test_one_forbidden_address_of_a_name_is_enough(self):
        listed = [(2, 1, 6, "", (address, 443)) for address in (PUBLIC[0], PRIVATE[0])]
        with (
            patch.object(socket, "getaddrinfo", lambda *_args, **_kwargs: listed),
            patch.object(socket, "create_connection") as connecting,
            self.assertRaises(errors.AddressNotAllowed),
        ):
            reach.connect("name.example", 443)
        connecting.assert_not_called()

    def test_a_name_is_looked_up_once(self):
        """A name that answers another address the second time leads nowhere else."""
        answers = iter([PUBLIC[0], "127.0.0.1", "127.0.0.1"])

        def look_up(*_args, **_kwargs):
            return [(2, 1, 6, "", (next(answers), 443))]

        with (
            patch.object(socket, "getaddrinfo", look_up),
            patch.object(socket, "create_connection", side_effect=OSError) as connecting,
            self.assertRaises(OSError),
        ):
            reach.connect("rebinding.example", 443)
        self.assertEqual([call.args[0][0] for call in connecting.call_args_list], [PUBLIC[0]])

    def test_adapters_send_nothing_where_they_may_not(self):
        with socket.create_server(("127.0.0.1", 0)) as server:
            connections = []
            threading.Thread(
                target=lambda: connections.append(server.accept()), daemon=True
            ).start()
            url = f"http://127.0.0.1:{server.getsockname()[1]}"
            with self.assertRaises(errors.AddressNotAllowed):
                SandboxHisp(HispConfig(url, "key")).check()
            # A name that is not suspicious, and leads here
            with (
                patch.object(
                    socket,
                    "getaddrinfo",
                    lambda _host, port, **_kw: [(2, 1, 6, "", ("127.0.0.1", port))],
                ),
                self.assertRaises(errors.AddressNotAllowed),
            ):
                SandboxHisp(
                    HispConfig(f"https://hisp.example:{server.getsockname()[1]}", "key")
                ).check()
            self.assertFalse(connections)

    def test_what_is_certainly_private_is_known_without_asking(self):
        for host, is_private in (("10.0.0.5", True), ("localhost", True), ("ehr.example", False)):
            with self.subTest(host):
                self.assertIs(reach.is_private(host), is_private)
