import { onMounted, useEffect, useRef, useState, useSubEnv } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { evaluateExpr } from "@web/core/py_js/py";
import { registry } from "@web/core/registry";
import { useBus } from "@web/core/utils/hooks";
import { Field } from "@web/views/fields/field";
import { FormController } from "@web/views/form/form_controller";
import { FormRenderer } from "@web/views/form/form_renderer";
import { formView } from "@web/views/form/form_view";
import { KeptAlert, KeptStatus } from "./kept_alert";
import { KeptModel } from "./kept_model";
import { useKeeper } from "./keeper";

/**
 * A form in which nothing typed is ever lost, in a page or a dialog. Its buttons say which version
 * of the record they are pressed on, and what is wrong is said in the form, at the field.
 *
 * In the context of a button, `shown_…` is what the window shows at the moment it is pressed.
 */
export class KeptFormController extends FormController {
    static template = "direct_messaging.KeptForm";
    static components = { ...FormController.components, KeptAlert, KeptStatus };
    static savesItself = false;

    setup() {
        super.setup();
        this.keeper = useKeeper({
            savesItself: () => this.isDraft,
            isDirty: () => this.model.root.isDirty(),
            save: () => this.keepRecord(),
            look: () => this.model.root.load(),
            settle: (name, isMine) => this.model.root.settle(name, isMine),
        });
        const { onClickViewButton } = this.env;
        this.executeButton = onClickViewButton;
        useSubEnv({ keeper: this.keeper, onClickViewButton: (click) => this.press(click) });
        this.alert = useRef("alert");
        if (this.env.inDialog) {
            onMounted(() => this.guardDialog(this.env.dialogData));
            // A page below is not left either, as long as something here is not saved
            useBus(this.env.bus, "CLEAR-UNCOMMITTED-CHANGES", ({ detail }) =>
                detail.push((options) => this.beforeLeave(options))
            );
        }
    }

    /** @override */
    get modelParams() {
        const params = super.modelParams;
        Object.assign(params.hooks, {
            onRecordChanged: () => this.keeper.touch(),
            onTyped: (names) => names.forEach((name) => this.keeper.forgetProblem(name)),
            onNoAnswer: (error) => this.keeper.fail(error),
            hasConflicts: () => this.keeper.conflicts.length > 0,
            onReadAgain: (found) => Object.assign(this.keeper, found),
        });
        return { ...params, savesItself: this.constructor.savesItself };
    }

    /** @override */
    onWillLoadRoot({ resId }) {
        super.onWillLoadRoot(...arguments);
        if (this.model?.root && resId !== this.model.root.resId) {
            this.keeper.reset();
        }
    }

    /** Whether what is typed is saved by typing it. */
    get isDraft() {
        return this.model.root.isDraft;
    }

    async keepRecord() {
        if (this.isDraft) {
            return this.model.root.keep();
        }
        await this.model.root.save();
        return [];
    }

    /** What a button brought up is read first. */
    async showAlert() {
        if (this.keeper.isTelling) {
            await Promise.resolve(); // until it is rendered
            this.alert.el?.scrollIntoView({ block: "nearest" });
            this.alert.el?.focus();
        }
    }

    focusField(name) {
        const field = this.rootRef.el?.querySelector(`.o_field_widget[name="${name}"]`);
        field?.querySelector("input, textarea, select, button, [tabindex]")?.focus();
    }

    // --- buttons -----------------------------------------------------------------------------

    async press({ clickParams, getResParams, ...click }) {
        const shown = {};
        if (typeof clickParams.context === "string") {
            const context = evaluateExpr(clickParams.context, getResParams().evalContext);
            for (const name of Object.keys(context).filter((key) => key.startsWith("shown_"))) {
                shown[name] = context[name];
            }
        }
        const buttonContext = { ...clickParams.buttonContext, ...shown };
        try {
            await this.executeButton({
                ...click,
                getResParams,
                clickParams: { ...clickParams, buttonContext },
            });
        } catch (error) {
            if (error.exceptionName === "odoo.exceptions.RedirectWarning") {
                throw error;
            }
            this.keeper.failAction(error);
        }
        await this.showAlert();
    }

    /** @override */
    async saveButtonClicked() {
        const saved = await super.saveButtonClicked(...arguments);
        await this.showAlert();
        return saved;
    }

    /** @override to do nothing with what is not saved, not complete, or not what was shown. */
    async beforeExecuteActionButton(clickParams) {
        if (clickParams.special === "cancel") {
            return super.beforeExecuteActionButton(...arguments);
        }
        return this.save();
    }

    /** @override */
    async save() {
        this.keeper.changed = [];
        if (!(await this.isComplete()) || !(await this.keeper.save())) {
            return false;
        }
        if (this.keeper.changed.length) {
            this.keeper.problems = [
                { field: "", text: _t("Check what the window shows now, then try again.") },
            ];
            return false;
        }
        return true;
    }

    /** Whether all fields have what they need; else says which ones do not. */
    async isComplete() {
        const { root } = this.model;
        this.keeper.problems = [];
        if (await root.checkValidity()) {
            return true;
        }
        const held = root._getHeldBack();
        this.keeper.problems = [...root._invalidFields].map((field) => ({
            field,
            text: held[field] || _t("Fill in %s.", root.fields[field].string),
        }));
        return false;
    }

    // --- leaving -----------------------------------------------------------------------------

    /** X, Escape and all other ways to close a dialog go through its `close`. */
    guardDialog(dialogData) {
        const { close } = dialogData;
        dialogData.close = async (params) => (await this.canLeave()) && close(params);
    }

    /**
     * @returns {Promise<boolean>} whether all is saved, or the user gives up what could not be
     */
    async canLeave() {
        if (this.isLeaving) {
            return true;
        }
        const isSaved = this.isDraft
            ? await this.keeper.save()
            : !(await this.model.root.isDirty());
        return isSaved || this.askToLeave();
    }

    askToLeave() {
        const { failure, heldBack, problems } = this.keeper;
        const reasons = [failure?.sentence, ...problems.map(({ text }) => text), ...heldBack];
        return new Promise((resolve) => {
            this.dialogService.add(ConfirmationDialog, {
                title: _t("Your last changes aren't saved"),
                body: reasons.filter(Boolean).join(" "),
                confirmLabel: _t("Stay Here"),
                confirm: () => resolve(false),
                cancelLabel: _t("Leave Without Saving"),
                cancel: () => {
                    this.isLeaving = true;
                    this.keeper.stop();
                    resolve(true);
                },
                dismiss: () => resolve(false),
            });
        });
    }

    /** @override */
    async beforeLeave({ forceLeave } = {}) {
        return forceLeave || this.canLeave();
    }

    /** @override to warn of all that is not known to be saved, and to send it all the same. */
    beforeUnload(ev) {
        const { root } = this.model;
        root.commitUrgently();
        if (!root.dirty || this.isLeaving) {
            return;
        }
        if (this.isDraft && !root.isNew) {
            root.saveUrgently();
        }
        ev.preventDefault();
        ev.returnValue = "Unsaved changes";
    }

    /** @override */
    beforeVisibilityChange() {
        if (this.isDraft && document.visibilityState === "hidden") {
            return this.keeper.save();
        }
    }

    /** @override */
    async onPagerUpdate({ offset, resIds }) {
        if (await this.canLeave()) {
            await this.model.load({ resId: resIds[offset] });
            this.isLeaving = false;
        }
    }

    /** @override */
    async create() {
        if (await this.canLeave()) {
            await this.model.load({ resId: false });
            this.isLeaving = false;
        }
    }

    /** @override */
    async shouldExecuteAction(item) {
        return item.skipSave || this.keeper.save();
    }
}

/** A form whose record is saved while one types, as long as it is a draft. */
export class DraftFormController extends KeptFormController {
    static savesItself = true;
}

/** A field, with what is wrong with it below. */
export class KeptField extends Field {
    static template = "direct_messaging.KeptField";

    setup() {
        super.setup();
        this.keeper = useState(this.env.keeper);
        this.root = useRef("root");
        useEffect(
            (problem) => {
                const input = this.root.el.querySelector("input, textarea, select");
                if (problem && input) {
                    input.setAttribute("aria-invalid", "true");
                    input.setAttribute("aria-describedby", this.problemId);
                    return () => {
                        input.removeAttribute("aria-invalid");
                        input.removeAttribute("aria-describedby");
                    };
                }
            },
            () => [this.problem]
        );
    }

    get problemId() {
        return `o_direct_problem_${this.props.record.id}_${this.props.name}`;
    }

    get problem() {
        const mine = ({ field }) => field === this.props.name;
        return this.keeper.problems
            .filter(mine)
            .map(({ text }) => text)
            .join(" ");
    }

    /** @override */
    get classNames() {
        const classNames = super.classNames;
        return { ...classNames, o_field_invalid: classNames.o_field_invalid || this.problem };
    }
}

export class KeptFormRenderer extends FormRenderer {
    static components = { ...FormRenderer.components, Field: KeptField };
}

/**
 * Saving writes what is typed so far back to the input: trimmed, it would lose the space in front
 * of the next word.
 */
function withoutTrimming(fields) {
    const entries = Object.entries(fields);
    return Object.fromEntries(entries.map(([name, field]) => [name, { ...field, trim: false }]));
}

const keptFormView = {
    ...formView,
    Controller: KeptFormController,
    Model: KeptModel,
    Renderer: KeptFormRenderer,
};

registry.category("views").add("direct_kept_form", keptFormView);
registry.category("views").add("direct_draft_form", {
    ...keptFormView,
    Controller: DraftFormController,
    props: (genericProps, view) =>
        formView.props({ ...genericProps, fields: withoutTrimming(genericProps.fields) }, view),
});
