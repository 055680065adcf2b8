import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError, RPCError } from "@web/core/network/rpc";

const OURS = "odoo.addons.direct_messaging.exceptions.";

/** The server takes longer to answer than a person should be kept waiting. */
export class NoAnswerError extends Error {}

/**
 * What a failed call means for what was typed, by the name of the exception. What is no sentence
 * for people, and might quote anything, is never shown.
 */
const KINDS = {
    [`${OURS}ChangedElsewhere`]: "changed",
    [`${OURS}Problems`]: "refused",
    "odoo.exceptions.UserError": "refused",
    "odoo.exceptions.ValidationError": "refused",
    "odoo.exceptions.MissingError": "refused",
    "odoo.exceptions.AccessError": "forbidden",
    "odoo.exceptions.AccessDenied": "forbidden",
    "werkzeug.exceptions.Forbidden": "forbidden",
    "odoo.http.SessionExpiredException": "session",
};

const SENTENCES = {
    offline: _t("The server can't be reached."),
    slow: _t("The server isn't answering."),
    session: _t("Your session has expired."),
    server: _t("Something went wrong on our server."),
    forbidden: _t("The server didn't allow this."),
};

/** What to do about it, where a person has to. */
const AGAIN = _t("Your entries are still here; please try again in a moment.");
const LOG_IN = _t("Your entries are still here; log in again to continue.");

export function kindOf(error) {
    if (error instanceof ConnectionLostError) {
        return "offline";
    }
    if (error instanceof NoAnswerError) {
        return "slow";
    }
    return error instanceof RPCError && (KINDS[error.exceptionName] || "server");
}

/**
 * @param {Error} error of a call to the server; any other is thrown again
 * @returns {{ kind: string, sentence: string, advice: string, problems: Object[] }} `kind` is one of
 *  offline, slow, session, server, forbidden, refused and changed; `problems` are what a person has
 *  to mend before it can work: { field, text }
 */
export function describe(error) {
    const kind = kindOf(error);
    if (!kind) {
        throw error;
    }
    const message = error.data?.message || "";
    if (kind === "refused" || kind === "changed") {
        const problems = error.data.context?.problems || [{ field: "", text: message }];
        return { kind, sentence: message, advice: "", problems };
    }
    const [said] = message.split("\n\n"); // what Odoo adds to an access error is for developers
    const sentence = (kind === "forbidden" && said) || SENTENCES[kind];
    return { kind, sentence, advice: kind === "session" ? LOG_IN : AGAIN, problems: [] };
}
