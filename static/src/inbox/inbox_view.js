import { onWillUnmount, useState } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useBus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { ListController } from "@web/views/list/list_controller";
import { ListRenderer } from "@web/views/list/list_renderer";
import { listView } from "@web/views/list/list_view";
import { LiveNotice } from "../live/live_notice";
import { ReadingPane } from "./reading_pane";

const PREVIEW_DELAY = 200;

/** The inbox: a list, and beside it, or after it on a narrow screen, the message that is open. */
export class InboxController extends ListController {
    static template = "direct_messaging.Inbox";
    static components = { ...ListController.components, LiveNotice, ReadingPane };

    setup() {
        super.setup();
        this.pane = useState({ openId: false, takesFocus: false, turn: 0 });
        this.previewSoon = useDebounced(this.preview, PREVIEW_DELAY);
        const inbox = useService("direct_messaging.inbox");
        onWillUnmount(inbox.onChanged(() => this.model.load()));
        useBus(this.env.bus, "direct_messaging:preview", ({ detail }) => this.previewSoon(detail));
    }

    /** @override */
    get className() {
        return `${super.className} o_direct_inbox`;
    }

    /** @override to open the message here. */
    async openRecord(record) {
        this.show(record.resId, true);
    }

    show(openId, takesFocus) {
        Object.assign(this.pane, { openId, takesFocus, turn: this.pane.turn + 1 });
    }

    /** Follows the keyboard through the list while a message is open beside it. */
    preview(id) {
        if (this.pane.openId && !this.env.isSmall) {
            this.show(id, false);
        }
    }

    get openedRecord() {
        return this.model.root.records.find(({ resId }) => resId === this.pane.openId);
    }

    /** Closes the message; the focus goes to its row, or to the one given. */
    close(row = this.openedRecord) {
        this.pane.openId = false;
        // The list is shown again first, where it was hidden
        requestAnimationFrame(() => {
            const cell = `.o_data_row[data-id="${row?.id}"] .o_data_cell`;
            this.rootRef.el?.querySelector(cell)?.focus();
        });
    }

    /** What was done to the open message shows in its row; what leaves the inbox is closed. */
    async onChanged({ leaves = false } = {}) {
        if (!leaves) {
            await this.openedRecord?.load();
            return;
        }
        const place = this.model.root.records.indexOf(this.openedRecord);
        await this.model.load();
        const { records } = this.model.root;
        this.close(records[Math.min(place, records.length - 1)]);
    }
}

export class InboxRenderer extends ListRenderer {
    static props = [...ListRenderer.props, "openId?"];

    /** @override */
    getRowClass(record) {
        const open = this.props.openId === record.resId ? " o_direct_inbox_open" : "";
        return super.getRowClass(record) + open;
    }

    /** @override to let the message beside the list follow the keyboard. */
    onCellKeydownReadOnlyMode(hotkey) {
        const handled = super.onCellKeydownReadOnlyMode(...arguments);
        if (["arrowup", "arrowdown"].includes(hotkey)) {
            const row = document.activeElement.closest(".o_data_row");
            const next = this.props.list.records.find(({ id }) => id === row?.dataset.id);
            if (next) {
                this.env.bus.trigger("direct_messaging:preview", next.resId);
            }
        }
        return handled;
    }
}

registry.category("views").add("direct_inbox", {
    ...listView,
    Controller: InboxController,
    Renderer: InboxRenderer,
});
