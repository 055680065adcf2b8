import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { logIn } from "./session";

/** Says in a few words whether what is typed is saved. */
export class KeptStatus extends Component {
    static template = "direct_messaging.KeptStatus";
    static props = { keeper: Object };

    get sentence() {
        const { heldBack, status } = this.props.keeper;
        if (heldBack.length) {
            return _t("Not saved yet: %s", heldBack.join(" "));
        }
        return {
            saving: _t("Saving…"),
            saved: _t("Draft saved"),
            failed: _t("Not saved"),
        }[status];
    }
}

/** Says above what is typed what keeps it from being saved, and lets the user mend it. */
export class KeptAlert extends Component {
    static template = "direct_messaging.KeptAlert";
    static props = { keeper: Object, onGoTo: { type: Function, optional: true } };

    logIn = logIn;

    get advice() {
        const { failure, maySave } = this.props.keeper;
        return maySave && failure.kind !== "session"
            ? _t("Your entries are still here and will be saved as soon as possible.")
            : failure.advice;
    }

    get changedSentence() {
        return _t("Changed in another window: %s.", this.props.keeper.changed.join(", "));
    }
}
