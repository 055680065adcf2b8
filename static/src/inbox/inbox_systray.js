import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** How many Direct messages are unread, in the bar at the top; leads to the inbox. */
export class InboxSystray extends Component {
    static template = "direct_messaging.InboxSystray";
    static components = { Dropdown, DropdownItem };
    static props = {};

    setup() {
        this.inbox = useState(useService("direct_messaging.inbox"));
        this.action = useService("action");
    }

    get label() {
        return _t("Direct messages: %s unread", this.inbox.unread);
    }

    open(account) {
        return this.action.doAction("direct_messaging.inbox_action", {
            clearBreadcrumbs: true,
            additionalContext: account ? { search_default_account_id: account.id } : {},
        });
    }
}

registry
    .category("systray")
    .add("direct_messaging.InboxSystray", { Component: InboxSystray }, { sequence: 24 });
