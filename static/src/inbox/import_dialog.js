import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { useService } from "@web/core/utils/hooks";

const KINDS = { problem: _t("Problems"), medication: _t("Medications"), allergy: _t("Allergies") };

/** Problems, medications and allergies of a clinical document, each to be chosen for a new note. */
export class ImportDialog extends Component {
    static template = "direct_messaging.ImportDialog";
    static components = { Dialog };
    static props = {
        messageId: Number,
        documentId: Number,
        noteKinds: {
            type: Array,
            element: { type: Object, shape: { model: String, label: String } },
        },
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.state = useState({ chosen: {}, isBusy: false });
        onWillStart(async () => {
            const { messageId, documentId } = this.props;
            const args = [[messageId], documentId];
            const offer = await this.orm.call("direct.message", "inbox_entries", args);
            this.nameless = offer.nameless;
            this.groups = Object.entries(KINDS)
                .map(([kind, title]) => ({
                    kind,
                    title,
                    entries: offer.entries.filter((entry) => entry.kind === kind),
                }))
                .filter((group) => group.entries.length);
        });
    }

    get chosen() {
        return Object.keys(this.state.chosen).filter((key) => this.state.chosen[key]);
    }

    get namelessText() {
        return this.nameless === 1
            ? _t("1 entry has no name and can't be added. See the document.")
            : _t("%s entries have no name and can't be added. See the document.", this.nameless);
    }

    buttonLabel({ label }) {
        return this.props.noteKinds.length > 1
            ? _t("Add to a New %s", label)
            : _t("Add to a New Note");
    }

    async add({ model }) {
        this.state.isBusy = true;
        try {
            const { messageId, documentId, close } = this.props;
            const args = [[messageId], documentId, this.chosen, model];
            const action = await this.orm.call("direct.message", "action_import_entries", args);
            close();
            await this.action.doAction(action);
        } finally {
            this.state.isBusy = false;
        }
    }
}
