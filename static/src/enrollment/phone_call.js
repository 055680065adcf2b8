import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ActionButton } from "./action_button";
import { CheckedField } from "./checked_field";
import { Clock } from "./clock";
import { toMillis, useEnrollment } from "./enrollment_store";

const CALLS = {
    none: {},
    calling: {
        label: _t("Calling…"),
        advice: _t("Answer the call to hear the code and record your statement."),
        icon: "fa-phone",
        tone: "info",
    },
    answered: {
        label: _t("Answered"),
        advice: _t("Write down the code, then record your statement."),
        icon: "fa-volume-up",
        tone: "info",
        hasCode: true,
    },
    recorded: {
        label: _t("Statement recorded"),
        advice: _t("Enter the code that you heard."),
        icon: "fa-check-circle",
        tone: "success",
        hasCode: true,
    },
    no_answer: {
        label: _t("No answer"),
        advice: _t("Keep your phone nearby and press Call Me again."),
        icon: "fa-exclamation-circle",
        tone: "warning",
    },
    expired: {
        label: _t("The code has expired"),
        advice: _t("Press Call Me again to get a new one."),
        icon: "fa-clock-o",
        tone: "warning",
    },
};

/** The call that tells the confirmation code and records the statement. */
export class PhoneCall extends Component {
    static template = "direct_messaging.PhoneCall";
    static components = { ActionButton, CheckedField, Clock };
    static props = {};

    setup() {
        this.store = useEnrollment();
        this.toMillis = toMillis;
    }

    get call() {
        return this.store.status.call;
    }

    get look() {
        const { state, code_expires_at } = this.call;
        const hasExpired = CALLS[state].hasCode && this.store.past[code_expires_at];
        return CALLS[hasExpired ? "expired" : state];
    }

    get isPausing() {
        const { call_again_at } = this.call;
        return Boolean(call_again_at) && !this.store.past[call_again_at];
    }

    get canCall() {
        const { store } = this;
        return (
            store.isValid("call_phone") &&
            !store.busy &&
            !this.isPausing &&
            this.call.state !== "calling"
        );
    }

    formatPause(seconds) {
        return _t("You can call again in %s seconds.", seconds);
    }

    onPauseEnd() {
        this.store.past[this.call.call_again_at] = true;
    }

    onCodeEnd() {
        this.store.past[this.call.code_expires_at] = true;
        this.store.refresh();
    }
}
