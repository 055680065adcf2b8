import { Component, useState, xml } from "@odoo/owl";
import { useService } from "@web/core/utils/hooks";

/** Says that news do not come by themselves, as long as they do not. */
export class LiveNotice extends Component {
    static template = xml`
        <div t-if="!live.isOn" class="o_direct_not_live small text-warning-emphasis" role="status">
            <i class="fa fa-chain-broken me-1" aria-hidden="true"/>
            Live updates are off. This page checks for news every 30 seconds.
        </div>`;
    static props = {};

    setup() {
        this.live = useState(useService("direct_messaging.live"));
    }
}
