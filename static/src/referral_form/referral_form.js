import { onMounted, useExternalListener, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { ConnectionLostError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { useDebounced } from "@web/core/utils/timing";
import { FormController } from "@web/views/form/form_controller";
import { formView } from "@web/views/form/form_view";
import { ReferralModel } from "./referral_model";

const SAVE_DELAY = 600;

/**
 * Form of a referral, in a dialog or a page, that keeps its draft at every moment: shortly after
 * each change, also while typing, and when it is closed or left in any way.
 */
export class ReferralFormController extends FormController {
    static template = "direct_messaging.ReferralForm";

    setup() {
        super.setup();
        this.draft = useState({ status: "", reason: "" });
        this.saveSoon = useDebounced(this.saveDraft, SAVE_DELAY);
        useExternalListener(window, "online", () => this.saveSoon());
        if (this.env.inDialog) {
            onMounted(() => this.guardDialog(this.env.dialogData));
        }
    }

    /** @override */
    get modelParams() {
        const params = super.modelParams;
        params.hooks.onRecordChanged = () => {
            this.saveSoon(); // not awaited: saving waits for this change to be complete
        };
        return params;
    }

    /** X, Escape and all other ways to close a dialog go through its `close`. */
    guardDialog(dialogData) {
        const { close } = dialogData;
        dialogData.close = async (params) => (await this.canLeave()) && close(params);
    }

    get draftSentence() {
        switch (this.draft.status) {
            case "saving":
                return _t("Saving…");
            case "saved":
                return _t("Draft saved");
            case "failed":
                return _t("Not saved: %s. Your text is still here.", this.draft.reason);
        }
        return "";
    }

    /**
     * Saves the draft if there is something to save, and says how it went.
     *
     * @returns {Promise<boolean>} false if something remains unsaved
     */
    async saveDraft() {
        const { root } = this.model;
        if (!root.isDraft) {
            return true;
        }
        try {
            if (await root.isDirty()) {
                this.draft.status = "saving";
                if (!(await root.saveDraft())) {
                    throw new Error(_t("a highlighted field isn't valid"));
                }
            }
            this.draft.status &&= "saved";
            return true;
        } catch (error) {
            const reason =
                error instanceof ConnectionLostError
                    ? _t("the server can't be reached")
                    : error.data?.message || error.message;
            Object.assign(this.draft, { status: "failed", reason: reason.replace(/\.$/, "") });
            return false;
        }
    }

    /**
     * @returns {Promise<boolean>} whether all is saved, or the user gives up what could not be
     */
    async canLeave() {
        if (await this.saveDraft()) {
            return true;
        }
        return new Promise((resolve) => {
            this.dialogService.add(ConfirmationDialog, {
                title: _t("Your last changes are not saved"),
                body: this.draft.reason,
                confirmLabel: _t("Stay Here"),
                confirm: () => resolve(false),
                cancelLabel: _t("Leave without saving"),
                cancel: () => resolve(true),
                dismiss: () => resolve(false),
            });
        });
    }

    /** @override */
    async beforeLeave({ forceLeave } = {}) {
        if (this.model.root.isDraft && !forceLeave) {
            return this.canLeave();
        }
        return super.beforeLeave(...arguments);
    }

    /** @override */
    beforeVisibilityChange() {
        if (this.model.root.isDraft) {
            return document.visibilityState === "hidden" && this.saveDraft();
        }
        return super.beforeVisibilityChange();
    }
}

/**
 * Autosaving writes what is typed so far back to the input: trimmed, it would lose the space in
 * front of the next word.
 */
function withoutTrimming(fields) {
    const entries = Object.entries(fields);
    return Object.fromEntries(entries.map(([name, field]) => [name, { ...field, trim: false }]));
}

export const referralFormView = {
    ...formView,
    Controller: ReferralFormController,
    Model: ReferralModel,
    props: (genericProps, view) =>
        formView.props({ ...genericProps, fields: withoutTrimming(genericProps.fields) }, view),
};

registry.category("views").add("direct_referral_form", referralFormView);
