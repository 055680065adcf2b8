import { Component } from "@odoo/owl";

/**
 * A button that does something on the server. A double click is one press, also when the answer
 * to its first click is faster than the second: that one would be for what has come since.
 */
export class ActionButton extends Component {
    static template = "direct_messaging.ActionButton";
    static props = {
        name: { type: String },
        isEnabled: { type: Boolean },
        onPress: { type: Function },
        isPrimary: { type: Boolean, optional: true },
        describedBy: { type: String, optional: true },
        className: { type: String, optional: true },
        slots: { type: Object },
    };
    static defaultProps = { className: "" };

    onClick({ detail }) {
        if (detail <= 1) {
            this.props.onPress();
        }
    }
}
