import { Component } from "@odoo/owl";
import { AutoComplete } from "@web/core/autocomplete/autocomplete";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

const MIN_QUERY_LENGTH = 2;

/**
 * A name that may be typed freely, or chosen from a terminology: then its code is filled in too.
 * `options` name the field of the code: `{"code": "icd10_code"}`.
 */
export class CodeSearchField extends Component {
    static template = "direct_messaging_note.CodeSearchField";
    static components = { AutoComplete };
    static props = {
        ...standardFieldProps,
        codeField: { type: String },
        placeholder: { type: String, optional: true },
    };

    setup() {
        this.orm = useService("orm");
    }

    get value() {
        return this.props.record.data[this.props.name] || "";
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

    async search(query) {
        if (query.trim().length < MIN_QUERY_LENGTH) {
            return [];
        }
        const { resModel } = this.props.record;
        const found = await this.orm.call(resModel, "search_codes", [this.props.codeField, query]);
        return found.map(({ code, name }) => ({
            label: name,
            data: { code },
            onSelect: () => this.choose(code, name),
        }));
    }

    choose(code, name) {
        return this.props.record.update({ [this.props.name]: name, [this.props.codeField]: code });
    }

    onChange({ inputValue }) {
        return this.props.record.update({ [this.props.name]: inputValue.trim() });
    }
}

export const codeSearchField = {
    component: CodeSearchField,
    displayName: _t("Name with a code from a terminology"),
    supportedTypes: ["char"],
    extractProps: ({ options, placeholder }) => ({ codeField: options.code, placeholder }),
    fieldDependencies: ({ options }) => [{ name: options.code, type: "char" }],
};

registry.category("fields").add("direct_code_search", codeSearchField);
