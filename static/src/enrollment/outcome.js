import { Component } from "@odoo/owl";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { _t } from "@web/core/l10n/translation";
import { Clock } from "./clock";
import { toMillis, useEnrollment } from "./enrollment_store";
import { useHeading } from "./heading";

const OUTCOMES = {
    locked: {
        title: _t("Authentication Is Locked"),
        icon: "fa-lock text-danger",
        sentences: ({ status, past }) => [
            _t("There were too many failed attempts."),
            status.locked_until &&
                _t(
                    "You can try again on %s.",
                    formatDateTime(deserializeDateTime(status.locked_until))
                ),
            past[status.locked_until] &&
                _t("You can try again now. Close this window and start over."),
        ],
        hasSupport: true,
    },
    review: {
        title: _t("Your Identity Is Under Manual Review"),
        icon: "fa-hourglass-half text-info",
        sentences: ({ data }) => [
            _t(
                "%s is reviewing your information manually. You don't need to do anything else.",
                data.provider
            ),
            _t("You can close this window. You will be notified of the result."),
        ],
        hasSupport: true,
    },
    ended: {
        title: _t("This Enrollment Has Ended"),
        icon: "fa-info-circle text-info",
        sentences: () => [
            _t("Close this window, and start over if authentication is still needed."),
        ],
    },
    done: {
        title: _t("Identity Verified"),
        icon: "fa-check-circle text-success",
        sentences: ({ data }) => [
            _t("Your identity is verified. %s is authenticated.", data.practice),
            _t(
                "Everyone in the practice can send Direct messages now. Referrals on hold are being sent."
            ),
        ],
        button: _t("Done"),
    },
};

/** What came of an enrollment, for good or for now. */
export class Outcome extends Component {
    static template = "direct_messaging.EnrollmentOutcome";
    static components = { Clock };
    static props = { close: { type: Function } };

    setup() {
        this.store = useEnrollment();
        this.toMillis = toMillis;
        useHeading();
    }

    get outcome() {
        return OUTCOMES[this.store.step];
    }

    /** The server says whether one can go on in this window, or has to begin anew. */
    onLockEnd() {
        this.store.past[this.store.status.locked_until] = true;
        this.store.load();
    }

    get sentences() {
        return this.outcome.sentences(this.store).filter(Boolean);
    }
}
