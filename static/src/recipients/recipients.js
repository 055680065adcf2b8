import { Component, useEffect, useState } from "@odoo/owl";
import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useChildRef, useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";
import { RecipientBadge } from "./recipient_badge";

const MIN_QUERY_LENGTH = 2;

/** Where suggestions come from, in the order in which they are shown. */
const SOURCES = {
    contact: _t("Contacts"),
    directory: _t("Provider directory"),
    typed: _t("Use this address"),
};

/**
 * The recipients of a referral, and a box to find and add further ones. Adding and removing happen
 * on the server at once, so the form has to be one that keeps drafts (`direct_draft_form`).
 */
export class RecipientsField extends Component {
    static template = "direct_messaging.RecipientsField";
    static components = { AutoComplete, RecipientBadge };
    static props = { ...standardFieldProps };

    setup() {
        this.orm = useService("orm");
        this.state = useState({ typed: "", isBusy: false });
        this.inputRef = useChildRef();
        useEffect(
            (input) => input?.setAttribute("aria-label", _t("Add a recipient")),
            () => [this.inputRef.el]
        );
    }

    get recipients() {
        return this.props.record.data[this.props.name].records.map((record) => ({
            ...record.data,
            id: record.resId,
        }));
    }

    get placeholder() {
        return _t("Search by name, NPI, specialty, organization or address");
    }

    get sources() {
        return [
            {
                placeholder: _t("Searching…"),
                options: (query) => this.search(query),
                optionSlot: "option",
            },
        ];
    }

    removeLabel(recipient) {
        return _t("Remove %s", recipient.name || recipient.address);
    }

    whereabouts({ name, organization, city, address }) {
        const parts = [organization, city, name !== address && address];
        return parts.filter(Boolean).join(" · ");
    }

    async search(query) {
        if (query.length < MIN_QUERY_LENGTH) {
            return [];
        }
        const { resId } = this.props.record;
        const args = [resId ? [resId] : [], query];
        const found = await this.orm.call("direct.referral", "search_recipients", args);
        const options = [];
        for (const [source, label] of Object.entries(SOURCES)) {
            const entries = found.entries.filter((entry) => entry.source === source);
            if (entries.length) {
                options.push(
                    { label, cssClass: "o_direct_recipient_source" },
                    ...entries.map((entry) => ({
                        label: entry.name || entry.address,
                        data: { entry },
                        onSelect: () => this.add(entry),
                    }))
                );
            }
        }
        if (!options.length) {
            options.push({
                label: _t("No one found. Type a full Direct address to add it by hand."),
                cssClass: "o_direct_recipient_note",
            });
        }
        if (found.notice) {
            options.push({ label: found.notice, cssClass: "o_direct_recipient_note" });
        }
        return options;
    }

    add(entry) {
        // What was typed goes away when the recipient is there, not before.
        this.state.typed = this.inputRef.el.value;
        return this.change(async (record) => {
            const args = [[record.resId], entry];
            await this.orm.call("direct.referral", "add_recipient", args);
            this.state.typed = "";
        });
    }

    remove(recipient) {
        return this.change((record) => {
            const args = [[record.resId], recipient.id];
            return this.orm.call("direct.referral", "remove_recipient", args);
        });
    }

    /** Lets `callback` change the recipients on the server, then shows what has become of them. */
    async change(callback) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.env.keeper.run(() => callback(this.props.record));
        } finally {
            this.state.isBusy = false;
            this.inputRef.el?.focus();
        }
    }
}

export const recipientsField = {
    component: RecipientsField,
    displayName: _t("Referral recipients"),
    supportedTypes: ["one2many"],
    isEmpty: () => false,
    relatedFields: [
        { name: "name", type: "char" },
        { name: "address", type: "char" },
        { name: "organization", type: "char" },
        { name: "status", type: "selection" },
        { name: "status_reason", type: "char" },
    ],
};

registry.category("fields").add("direct_recipients", recipientsField);
