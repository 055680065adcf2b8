import { Component, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

const TICK = 1000;

/** @returns {string} as clocks show it, such as "1:05" or "23:59:00" */
export function formatSeconds(seconds) {
    const parts = [Math.floor(seconds / 60) % 60, seconds % 60];
    const padded = parts.map((part) => String(part).padStart(2, "0"));
    const hours = Math.floor(seconds / 3600);
    return hours ? [hours, ...padded].join(":") : [parts[0], padded[1]].join(":");
}

/** Counts down to a moment. Read aloud every second it would be noise: `announceAt` says when. */
export class Clock extends Component {
    static template = "direct_messaging.Clock";
    static props = {
        until: { type: Number },
        onEnd: { type: Function },
        label: { type: String, optional: true },
        format: { type: Function, optional: true },
        announceAt: { type: Array, element: Number, optional: true },
    };
    static defaultProps = { format: formatSeconds, announceAt: [] };

    setup() {
        this.state = useState({ left: this.countSeconds(), news: "" });
        useEffect(
            () => {
                const timer = browser.setInterval(() => this.tick(timer), TICK);
                this.state.news = "";
                this.tick(timer);
                return () => browser.clearInterval(timer);
            },
            () => [this.props.until]
        );
    }

    countSeconds() {
        return Math.max(0, Math.ceil((this.props.until - Date.now()) / 1000));
    }

    tick(timer) {
        const before = this.state.left;
        const left = (this.state.left = this.countSeconds());
        if (this.props.announceAt.some((seconds) => left <= seconds && seconds < before)) {
            this.state.news = _t("%s seconds left", left);
        }
        if (!left) {
            browser.clearInterval(timer);
            this.props.onEnd();
        }
    }
}
