import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";

const STATUSES = {
    verified: { label: _t("Verified"), icon: "fa-check-circle", tone: "success" },
    unverified: { label: _t("Not verified"), icon: "fa-question-circle", tone: "warning" },
    invalid: { label: _t("Not a Direct address"), icon: "fa-times-circle", tone: "danger" },
    pending: { label: _t("Checking…"), icon: "fa-clock-o", tone: "info" },
};

/** Says in words how far the address of a recipient can be trusted. */
export class RecipientBadge extends Component {
    static template = "direct_messaging.RecipientBadge";
    static props = { status: { type: String } };

    get badge() {
        return STATUSES[this.props.status];
    }
}
