import { Component, onMounted, useExternalListener, useRef, useState } from "@odoo/owl";
import { ActionButton } from "./action_button";
import { useEnrollment } from "./enrollment_store";
import { useHeading } from "./heading";

const TOLERANCE = 2; // pixels: zoomed, the end of the text is at fractions of one

/** A text that can be accepted as soon as one has been at its end. */
export class Agreement extends Component {
    static template = "direct_messaging.Agreement";
    static components = { ActionButton };
    static props = { agreement: { type: Object }, close: { type: Function } };

    setup() {
        this.store = useEnrollment();
        this.text = useRef("text");
        this.state = useState({ isRead: false });
        useHeading();
        onMounted(() => this.look());
        useExternalListener(window, "resize", () => this.look());
    }

    look() {
        const { scrollTop, clientHeight, scrollHeight } = this.text.el;
        this.state.isRead ||= scrollTop + clientHeight >= scrollHeight - TOLERANCE;
    }

    async decline() {
        if ((await this.store.act("decline")) !== undefined) {
            this.props.close();
        }
    }
}
