"""What can fail while somebody types. Each begins with `with`, and is over at its end."""

import re
from contextlib import contextmanager, suppress

from playwright.sync_api import Error, expect

CALLS = re.compile(r"/web/dataset/|/direct_messaging/token")
PAGE = "<html><body>Not now</body></html>"


@contextmanager
def offline(scene, window, _name, _text):
    context = scene.page(window).context
    context.set_offline(True)
    yield
    context.set_offline(False)


def _answering(status):
    @contextmanager
    def answering(scene, window, _name, _text):
        page = scene.page(window)
        page.route(CALLS, lambda route: route.fulfill(status=status, body=PAGE))
        yield
        page.unroute(CALLS)

    return answering


@contextmanager
def time_out(scene, window, _name, _text):
    page = scene.page(window)
    held = []
    page.route(CALLS, lambda route: held.append(route))
    yield
    page.unroute(CALLS)
    for route in held:
        with suppress(Error):  # the page has given it up
            route.abort()


@contextmanager
def session_expired(scene, window, _name, _text):
    """The user logs in again where the window offers it; it goes on by itself."""
    page = scene.page(window)
    page.context.clear_cookies(name="session_id")
    yield
    offer = page.locator("[data-kind=session] button").get_by_text("Log In")
    if not offer.is_visible():
        window.finish(page)
    with page.expect_popup() as opened:
        offer.click()
    log_in = opened.value
    log_in.fill("input[name=login]", window.user)
    log_in.fill("input[name=password]", window.user)
    log_in.click("button[type=submit]")
    log_in.wait_for_url("**/direct_messaging/logged_in")
    log_in.close()


@contextmanager
def conflict(scene, window, name, text):
    """The same field is changed in another window."""
    window.store(scene, name, text)
    yield
    window.finish(scene.page(window))
    keep = scene.page(window).locator(".o_direct_conflict button[name=mine]")
    expect(keep).to_be_visible()
    keep.click()


FAULTS = {
    "offline": offline,
    "500": _answering(500),
    "403": _answering(403),
    "session expired": session_expired,
    "time-out": time_out,
    "conflict": conflict,
}
