import {
    Component,
    onMounted,
    onWillDestroy,
    onWillStart,
    useEffect,
    useExternalListener,
    useRef,
    useState,
    useSubEnv,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { KeptAlert } from "../kept_form/kept_alert";
import { useKeeper } from "../kept_form/keeper";
import { useLive } from "../live/live_service";
import { ActionButton } from "./action_button";
import { Agreement } from "./agreement";
import { EnrollmentForm } from "./enrollment_form";
import { EnrollmentStore } from "./enrollment_store";
import { Outcome } from "./outcome";

const POLL_INTERVAL = 5000;
const CALLS_UNDER_WAY = ["calling", "answered"];

/** Where the focus goes after a failure: the first of these that is there. */
const PROBLEMS = [
    ".o_direct_enrollment_error, .o_direct_kept_alert",
    "[aria-invalid='true']",
    ".o_direct_enrollment_failed",
];

/** The window in which a legal representative authenticates the practice. */
export class EnrollmentAction extends Component {
    static template = "direct_messaging.EnrollmentAction";
    static components = { ActionButton, Agreement, EnrollmentForm, KeptAlert, Outcome };
    static props = { ...standardActionServiceProps };

    setup() {
        const { enrollment_id } = this.props.action.params;
        this.action = useService("action");
        this.root = useRef("root");
        this.store = useState(new EnrollmentStore(useService("orm"), enrollment_id));
        this.store.keeper = useKeeper(this.store.keptWindow);
        this.dialog = useService("dialog");
        onMounted(() => this.guardDialog(this.env.dialogData));
        useExternalListener(window, "beforeunload", (ev) => {
            if (this.store.isAtStake) {
                ev.preventDefault();
                ev.returnValue = "Unsaved changes";
            }
        });
        useSubEnv({ enrollment: this.store });
        onWillStart(() => this.store.load());
        onWillDestroy(() => this.store.wipe());
        this.close = () => this.action.doAction({ type: "ir.actions.act_window_close" });

        const bus = useService("bus_service");
        useEffect(
            () => {
                const onNews = (payload) =>
                    payload.enrollment_id === enrollment_id && this.store.refresh();
                bus.subscribe("direct_messaging/enrollment", onNews);
                bus.start();
                return () => bus.unsubscribe("direct_messaging/enrollment", onNews);
            },
            () => []
        );
        useLive(() => this.store.refresh());
        useEffect(
            (isWaiting) => {
                if (isWaiting) {
                    const timer = browser.setInterval(() => this.store.refresh(), POLL_INTERVAL);
                    return () => browser.clearInterval(timer);
                }
            },
            () => [this.isWaiting]
        );
        useEffect(
            (failures) => {
                if (failures) {
                    this.focusProblem();
                }
            },
            () => [this.store.failures]
        );
    }

    /** X and Escape go through `close` of the dialog; what the window does itself does not. */
    guardDialog(dialogData) {
        const { close } = dialogData;
        dialogData.close = async (params) => (await this.canClose()) && close(params);
    }

    async canClose() {
        await this.store.keeper.save();
        if (!this.store.isAtStake) {
            return true;
        }
        return new Promise((resolve) => {
            this.dialog.add(ConfirmationDialog, {
                title: _t("Close without finishing?"),
                body: _t(
                    "ID numbers, codes and answers to questions aren't kept when you close this window. Your other entries are kept for an hour."
                ),
                confirmLabel: _t("Stay Here"),
                confirm: () => resolve(false),
                cancelLabel: _t("Close"),
                cancel: () => resolve(true),
                dismiss: () => resolve(false),
            });
        });
    }

    /** Whether something happens elsewhere whose news might get lost. */
    get isWaiting() {
        const { step, status } = this.store;
        return step === "review" || CALLS_UNDER_WAY.includes(status?.call.state);
    }

    async focusProblem() {
        await Promise.resolve(); // what is inside this component is patched in the same moment
        const find = (selector) => this.root.el?.querySelector(selector);
        PROBLEMS.map(find).find(Boolean)?.focus();
    }

    get errors() {
        return [...new Set(Object.values(this.store.errors))].filter(Boolean);
    }

    get agreement() {
        return this.store.data.agreements.find(({ accepted }) => !accepted);
    }
}

registry.category("actions").add("direct_messaging.enrollment", EnrollmentAction);
