import { Component, useEffect, xml } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";
import { useLive } from "./live_service";

const NEWS = "direct_messaging/practice";

/** Lets the form of a practice follow what becomes of its authentication in another tab. */
export class FollowPractice extends Component {
    static template = xml`<t/>`;
    static props = { ...standardWidgetProps };

    setup() {
        const bus = useService("bus_service");
        useEffect(
            () => {
                const onNews = ({ practice_id }) =>
                    practice_id === this.props.record.resId && this.reload();
                bus.subscribe(NEWS, onNews);
                bus.start();
                return () => bus.unsubscribe(NEWS, onNews);
            },
            () => []
        );
        useLive(() => this.reload().catch(() => {})); // tried again with the next look
    }

    async reload() {
        const { record } = this.props;
        if (!record.dirty) {
            await record.load();
        }
    }
}

registry.category("view_widgets").add("direct_follow_practice", { component: FollowPractice });
