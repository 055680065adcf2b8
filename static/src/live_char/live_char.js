import { useEffect, useRef } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { CharField, charField } from "@web/views/fields/char/char_field";

const SEND_DELAY = 250;

/**
 * A text field that tells the server about its value while one types, so that an onchange can show
 * what will become of it. What is in the input belongs to the person typing: no answer changes it
 * before the field is left.
 */
export class LiveCharField extends CharField {
    static template = "direct_messaging.LiveCharField";

    /**
     * Stands instead of the set-up of CharField, whose input is given the value of the record
     * whenever it happens to hold what was last sent: when typing, that can be an old value.
     */
    setup() {
        this.input = useRef("input");
        this.isTyping = false;
        this.sendSoon = useDebounced(this.send, SEND_DELAY);
        useEffect(() => {
            const value = this.formattedValue;
            if (this.input.el && !this.isTyping) {
                this.input.el.value = value;
            }
        });
        const { bus } = this.props.record.model;
        useBus(bus, "NEED_LOCAL_CHANGES", ({ detail }) => detail.proms.push(this.send()));
        useBus(bus, "WILL_SAVE_URGENTLY", () => this.isTyping && this.update());
    }

    get value() {
        return this.parse(this.input.el.value);
    }

    onInput() {
        const { model, isValid } = this.props.record;
        if (!this.isTyping) {
            this.isTyping = true;
            this.sentValue = this.props.record.data[this.props.name];
        }
        if (!isValid) {
            this.props.record.resetFieldValidity(this.props.name);
        }
        model.bus.trigger("FIELD_IS_DIRTY", this.value !== this.sentValue);
        this.sendSoon();
    }

    async onBlur() {
        this.sendSoon.cancel();
        await this.send();
        if (this.input.el && this.input.el !== document.activeElement) {
            this.isTyping = false;
            this.input.el.value = this.formattedValue;
        }
    }

    /**
     * Sends the latest value, one request at a time: what is typed while a slow answer is awaited
     * is sent once, when that answer is there.
     */
    send() {
        this.sending ??= this.sendLatest().finally(() => {
            this.sending = null;
        });
        return this.sending;
    }

    async sendLatest() {
        while (this.isTyping && this.input.el && this.value !== this.sentValue) {
            this.sentValue = this.value;
            try {
                await this.update();
            } catch (error) {
                this.sentValue = undefined; // to be sent again
                throw error;
            }
            this.props.record.model.bus.trigger("FIELD_IS_DIRTY", false);
        }
    }

    update() {
        return this.props.record.update({ [this.props.name]: this.value });
    }
}

export const liveCharField = { ...charField, component: LiveCharField };

registry.category("fields").add("direct_live_char", liveCharField);
