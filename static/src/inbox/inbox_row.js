import { Component } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { formatDate, formatDateTime } from "@web/core/l10n/dates";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const { DateTime } = luxon;

/** The time of a message as a list has it: the hour today, else the day. */
export function shortTime(time) {
    return time.hasSame(DateTime.now(), "day") ? time.toFormat("HH:mm") : formatDate(time);
}

/** A message in the list of the inbox: from whom, what about, which patient, when. */
export class InboxRow extends Component {
    static template = "direct_messaging.InboxRow";
    static props = { ...standardFieldProps };

    get data() {
        return this.props.record.data;
    }

    /** What it is where it is no letter: an automatic reply, a delivery notice. */
    get nature() {
        const { nature } = this.data;
        const options = this.props.record.fields.nature?.selection || [];
        return nature === "letter" ? "" : options.find(([value]) => value === nature)?.[1];
    }

    get time() {
        const at = this.data.received_at;
        return at && { iso: at.toISO(), full: formatDateTime(at), short: shortTime(at) };
    }
}

registry.category("fields").add("direct_inbox_row", {
    component: InboxRow,
    supportedTypes: ["char"],
});
