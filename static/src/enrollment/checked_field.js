import { Component, useEffect, useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { useEnrollment } from "./enrollment_store";
import { FIELDS } from "./fields";

/** A field of the form with a check mark as soon as it is valid, and the reason when it is not. */
export class CheckedField extends Component {
    static template = "direct_messaging.CheckedField";
    static props = { name: { type: String } };

    setup() {
        this.store = useEnrollment();
        this.control = useRef("control");
        this.state = useState({ isShown: false });
        useEffect(() => {
            // Setting the same value again would empty a date of which a part is typed.
            const { el } = this.control;
            if (el.value !== this.value) {
                el.value = this.value;
            }
        });
    }

    get field() {
        return FIELDS[this.props.name];
    }

    get id() {
        return `o_direct_enrollment_${this.props.name}`;
    }

    get value() {
        return this.store.values[this.props.name] || "";
    }

    get label() {
        return this.store.getLabel(this.props.name);
    }

    get options() {
        return this.store.getOptions(this.props.name);
    }

    get isValid() {
        return this.store.isValid(this.props.name);
    }

    get reason() {
        return this.store.getReason(this.props.name);
    }

    /** Masked by style: what is typed into a password input, a browser offers to keep. */
    get isMasked() {
        return this.field.isHidden && !this.state.isShown;
    }

    get attributes() {
        return {
            id: this.id,
            name: this.props.name,
            autocomplete: this.field.autocomplete || "off",
            "aria-required": this.field.isRequired ? "true" : "false",
            "aria-invalid": this.reason ? "true" : "false",
            "aria-describedby": `${this.id}_mark ${this.id}_reason`,
        };
    }

    get toggleLabel() {
        return _t("Show %s", this.label);
    }

    onInput(ev) {
        this.store.change(this.props.name, ev.target.value);
    }

    onBlur() {
        this.store.leave(this.props.name);
    }

    toggle() {
        this.state.isShown = !this.state.isShown;
    }
}
