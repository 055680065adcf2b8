import {
    Component,
    onWillDestroy,
    onWillStart,
    useEffect,
    useRef,
    useState,
    useSubEnv,
} from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";
import { ActionButton } from "./action_button";
import { Agreement } from "./agreement";
import { EnrollmentForm } from "./enrollment_form";
import { EnrollmentStore } from "./enrollment_store";
import { Outcome } from "./outcome";

const POLL_INTERVAL = 5000;
const CALLS_UNDER_WAY = ["calling", "answered"];

/** Where the focus goes after a failure: the first of these that is there. */
const PROBLEMS = [
    ".o_direct_enrollment_error",
    "[aria-invalid='true']",
    ".o_direct_enrollment_failed",
];

/** The window in which a legal representative authenticates the practice. */
export class EnrollmentAction extends Component {
    static template = "direct_messaging.EnrollmentAction";
    static components = { ActionButton, Agreement, EnrollmentForm, Outcome };
    static props = { ...standardActionServiceProps };

    setup() {
        const { enrollment_id } = this.props.action.params;
        this.action = useService("action");
        this.root = useRef("root");
        this.store = useState(new EnrollmentStore(useService("orm"), enrollment_id));
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
        // Whatever was told while the connection was lost has not been heard.
        useBus(bus, "BUS:RECONNECT", () => this.store.refresh());
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
        return [...new Set(Object.values(this.store.errors))];
    }

    get agreement() {
        return this.store.data.agreements.find(({ accepted }) => !accepted);
    }
}

registry.category("actions").add("direct_messaging.enrollment", EnrollmentAction);
