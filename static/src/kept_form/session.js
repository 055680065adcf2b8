/* global odoo */

import { browser } from "@web/core/browser/browser";
import { rpc } from "@web/core/network/rpc";

/** Opens the log-in in another tab: this one keeps what is typed, and goes on by itself. */
export function logIn() {
    browser.open("/web/login?redirect=/direct_messaging/logged_in", "_blank");
}

/** Uploads carry a token of the session: after another log-in it is another one. */
export async function renewToken() {
    odoo.csrf_token = await rpc("/direct_messaging/token");
}
