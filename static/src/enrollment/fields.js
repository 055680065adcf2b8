import { _t } from "@web/core/l10n/translation";

/**
 * All fields of the enrollment form, in their order. `with` names the fields whose validity depends
 * on this one; `secret` fields are never stored anywhere, neither here nor on the server.
 */
export const FIELDS = {
    first_name: {
        section: "general",
        label: _t("First Name"),
        isRequired: true,
        autocomplete: "given-name",
        width: "col-sm-6 col-lg-4",
    },
    middle_name: {
        section: "general",
        label: _t("Middle Name"),
        autocomplete: "additional-name",
        width: "col-sm-6 col-lg-2",
    },
    last_name: {
        section: "general",
        label: _t("Last Name"),
        isRequired: true,
        autocomplete: "family-name",
        width: "col-sm-8 col-lg-4",
    },
    suffix: {
        section: "general",
        label: _t("Suffix"),
        options: "suffixes",
        autocomplete: "honorific-suffix",
        width: "col-sm-4 col-lg-2",
    },
    street: {
        section: "general",
        label: _t("Street"),
        isRequired: true,
        autocomplete: "address-line1",
        width: "col-12",
    },
    city: {
        section: "general",
        label: _t("City"),
        isRequired: true,
        autocomplete: "address-level2",
        width: "col-lg-5",
    },
    state: {
        section: "general",
        label: _t("State"),
        isRequired: true,
        options: "states",
        autocomplete: "address-level1",
        with: ["zip"],
        width: "col-sm-7 col-lg-4",
    },
    zip: {
        section: "general",
        label: _t("ZIP"),
        isRequired: true,
        inputmode: "numeric",
        autocomplete: "postal-code",
        with: ["state"],
        width: "col-sm-5 col-lg-3",
    },
    birthdate: {
        section: "general",
        label: _t("Date of Birth"),
        isRequired: true,
        type: "date",
        width: "col-sm-5",
    },
    email: {
        section: "general",
        label: _t("Personal Email"),
        isRequired: true,
        type: "email",
        autocomplete: "email",
        width: "col-sm-7",
    },
    government_kind: {
        section: "government",
        label: _t("ID Type"),
        isRequired: true,
        options: "government_kinds",
        with: ["government_number"],
        number: "government_number",
        width: "col-sm-6",
    },
    government_number: {
        section: "government",
        label: _t("Number"),
        isRequired: true,
        isSecret: true,
        isHidden: true,
        inputmode: "numeric",
        with: ["government_kind"],
        kind: "government_kind",
        width: "col-sm-6",
    },
    financial_kind: {
        section: "financial",
        label: _t("Type"),
        isRequired: true,
        options: "financial_kinds",
        with: ["financial_number"],
        number: "financial_number",
        width: "col-sm-6",
    },
    financial_number: {
        section: "financial",
        label: _t("Number"),
        isRequired: true,
        isSecret: true,
        isHidden: true,
        inputmode: "numeric",
        with: ["financial_kind"],
        kind: "financial_kind",
        kinds: ["phone", "card"],
        width: "col-sm-6",
    },
    call_phone: {
        section: "confirmation",
        label: _t("Phone"),
        isRequired: true,
        type: "tel",
        autocomplete: "tel",
        width: "col-sm-6",
    },
    confirmation_code: {
        section: "confirmation",
        label: _t("Confirmation Code"),
        isRequired: true,
        isSecret: true,
        inputmode: "numeric",
        width: "col-sm-6",
    },
};

/** What a section needs beside its fields: `isDone` tells of a store whether it is there. */
export const SECTIONS = {
    general: { title: _t("General Information") },
    government: { title: _t("Personal Government ID") },
    financial: {
        title: _t("Personal Financial / Utility ID"),
        more: {
            label: _t("Knowledge Questions"),
            isDone: (store) => store.values.financial_kind !== "knowledge" || store.hasAnswered,
        },
    },
    confirmation: {
        title: _t("Confirmation Code / Voice Recording"),
        more: { label: _t("Recorded statement"), isDone: (store) => store.isRecorded },
    },
};

export function fieldsOf(section) {
    return Object.keys(FIELDS).filter((name) => FIELDS[name].section === section);
}
