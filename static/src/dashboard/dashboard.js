import { Component, onWillStart, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { Layout } from "@web/search/layout";
import { useSetupAction } from "@web/search/action_hook";
import { standardActionServiceProps } from "@web/webclient/actions/action_service";

const PERIODS = [7, 30, 90];
const MINUTES_AN_HOUR = 60;
const MINUTES_A_DAY = 24 * MINUTES_AN_HOUR;

/** How a figure above zero looks; what it means is said by its label. */
const LOOKS = {
    failed: "text-danger",
    overdue: "text-danger",
    unread: "text-warning-emphasis",
};

/** Figures of messages and referrals; each opens the list that it counts. */
export class Dashboard extends Component {
    static template = "direct_messaging.Dashboard";
    static components = { Layout };
    static props = { ...standardActionServiceProps };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.keepLast = new KeepLast();
        this.periods = PERIODS;
        this.display = { controlPanel: {} };
        const { scope = "mine", days = 30 } = this.props.state || {};
        this.state = useState({ scope, days, figures: [], median: null, canSeePractice: false });
        useSetupAction({
            getLocalState: () => ({ scope: this.state.scope, days: this.state.days }),
        });
        onWillStart(() => this.load());
    }

    async load() {
        const { scope, days } = this.state;
        const { can_see_practice, figures, median_minutes } = await this.keepLast.add(
            this.orm.call("direct.dashboard", "read_figures", [scope, days])
        );
        Object.assign(this.state, {
            figures,
            median: median_minutes,
            canSeePractice: can_see_practice,
        });
    }

    choose(choice) {
        Object.assign(this.state, choice);
        return this.load();
    }

    get ofPeriod() {
        return this.state.figures.filter(({ of_period }) => of_period);
    }

    get asOfNow() {
        return this.state.figures.filter(({ of_period }) => !of_period);
    }

    get median() {
        const minutes = this.state.median;
        if (minutes === null) {
            return _t("None delivered");
        }
        if (minutes < 1) {
            return _t("Less than a minute");
        }
        if (minutes < 2 * MINUTES_AN_HOUR) {
            return _t("%s minutes", Math.round(minutes));
        }
        if (minutes < 2 * MINUTES_A_DAY) {
            return _t("%s hours", Math.round(minutes / MINUTES_AN_HOUR));
        }
        return _t("%s days", Math.round(minutes / MINUTES_A_DAY));
    }

    getLook({ key, value }) {
        return value ? LOOKS[key] || "" : "text-muted";
    }

    open({ label, model, domain, views: [list, search] }) {
        return this.action.doAction({
            type: "ir.actions.act_window",
            name: label,
            res_model: model,
            domain,
            views: [
                [list, "list"],
                [false, "form"],
            ],
            search_view_id: [search],
        });
    }
}

registry.category("actions").add("direct_messaging.dashboard", Dashboard);
