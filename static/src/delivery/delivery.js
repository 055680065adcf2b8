import { Component, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { deserializeDateTime, formatDateTime } from "@web/core/l10n/dates";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { LiveNotice } from "../live/live_notice";
import { useLive } from "../live/live_service";

const RELOAD_DELAY = 150;
const ONE_MINUTE = 60_000;

/** How a message's tone looks; what it means is said by its label. */
export const TONES = {
    success: { badge: "text-bg-success", icon: "fa-check-circle" },
    info: { badge: "text-bg-info", icon: "fa-paper-plane-o" },
    warning: { badge: "text-bg-warning", icon: "fa-exclamation-circle" },
    danger: { badge: "text-bg-danger", icon: "fa-times-circle" },
    muted: { badge: "text-bg-secondary", icon: "fa-circle-o" },
};

/**
 * Shows in words where each message stands that was sent from a note or for a referral
 * (`direct_delivery` of the form's model), and follows it while the form is open.
 */
export class Delivery extends Component {
    static template = "direct_messaging.Delivery";
    static components = { LiveNotice };
    static props = { ...standardWidgetProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.busService = useService("bus_service");
        this.keepLast = new KeepLast();
        this.state = useState({ messages: [], opened: {}, news: "", isBusy: false });
        this.reloadSoon = useDebounced(this.reload, RELOAD_DELAY);

        useEffect(
            () => {
                this.state.messages = [];
                this.load();
            },
            // A form that reads its record again, after one of its buttons, makes a new object.
            () => [this.props.record.id, this.props.record.resId]
        );
        useEffect(
            () => {
                const onMessage = (payload) => this.onMessage(payload);
                this.busService.subscribe("direct_messaging/message", onMessage);
                this.busService.start();
                return () => this.busService.unsubscribe("direct_messaging/message", onMessage);
            },
            () => []
        );
        useLive(() => this.reload().catch(() => {})); // tried again with the next look
        useBus(this.props.record.model.bus, "FIELD_IS_DIRTY", ({ detail }) => {
            this.isTyping = detail;
        });
        useEffect(
            () => {
                const timer = browser.setInterval(() => this.render(), ONE_MINUTE);
                return () => browser.clearInterval(timer);
            },
            () => [] // "5 minutes ago" grows old by itself
        );
    }

    async load() {
        const { resModel, resId } = this.props.record;
        if (resId) {
            this.state.messages = await this.keepLast.add(
                this.orm.call(resModel, "direct_delivery", [[resId]])
            );
        }
    }

    /** Reads the deliveries again, says what changed, and lets the form follow. */
    async reload() {
        const before = new Map(this.state.messages.map(({ id, state }) => [id, state]));
        await this.load();
        this.state.news = this.state.messages
            .filter(({ id, state }) => before.get(id) !== state)
            .map(({ recipient, label, sentence }) => `${recipient}: ${label}. ${sentence}`)
            .join(" ");
        const { record } = this.props;
        if (!record.dirty && !this.isTyping) {
            await record.load();
        }
    }

    onMessage({ referral_id, res_model, res_id }) {
        const { resModel, resId } = this.props.record;
        const isAboutThis =
            resModel === "direct.referral"
                ? referral_id === resId
                : res_model === resModel && res_id === resId;
        if (isAboutThis) {
            this.reloadSoon();
        }
    }

    getLook({ tone }) {
        return TONES[tone];
    }

    getTime(at) {
        const time = deserializeDateTime(at);
        return { iso: time.toISO(), full: formatDateTime(time), relative: time.toRelative() };
    }

    toggleTimeline({ id }) {
        this.state.opened[id] = !this.state.opened[id];
    }

    onAction(message, action) {
        if (!action.confirm) {
            return this.execute(message, action);
        }
        this.dialog.add(ConfirmationDialog, {
            title: action.label,
            body: action.confirm,
            confirmLabel: action.label,
            confirm: () => this.execute(message, action),
            cancel: () => {},
        });
    }

    async execute(message, { method, arguments: more = [] }) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            const result = await this.orm.call("direct.message", method, [[message.id], ...more]);
            if (result?.type) {
                await this.action.doAction(result, { onClose: () => this.reload() });
            }
            await this.reload();
        } finally {
            this.state.isBusy = false;
        }
    }
}

export const delivery = { component: Delivery };

registry.category("view_widgets").add("direct_delivery", delivery);
