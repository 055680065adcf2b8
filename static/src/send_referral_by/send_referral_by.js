import { Component, useState } from "@odoo/owl";
import { Dropdown } from "@web/core/dropdown/dropdown";
import { DropdownItem } from "@web/core/dropdown/dropdown_item";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * The *Send Referral By* button of a clinical note: lists the ways the note's model offers
 * (`direct_referral_channels`) and starts a referral by the chosen one (`action_send_referral`).
 */
export class SendReferralBy extends Component {
    static template = "direct_messaging.SendReferralBy";
    static components = { Dropdown, DropdownItem };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ isBusy: false });
        this.channels = null;
    }

    async loadChannels() {
        const { resModel, resId } = this.props.record;
        if (this.channels?.resId !== resId) {
            const ids = resId ? [resId] : [];
            const list = await this.orm.call(resModel, "direct_referral_channels", [ids]);
            this.channels = { resId, list };
        }
    }

    async send(channel) {
        if (this.state.isBusy) {
            return; // a double click must not start two referrals
        }
        this.state.isBusy = true;
        try {
            const { record } = this.props;
            if (!(await record.save())) {
                return;
            }
            const args = [[record.resId], channel.key];
            const action = await this.orm.call(record.resModel, "action_send_referral", args);
            await this.action.doAction(action, { onClose: () => record.model.load() });
        } finally {
            this.state.isBusy = false;
        }
    }
}

export const sendReferralBy = { component: SendReferralBy };

registry.category("view_widgets").add("direct_send_referral_by", sendReferralBy);
