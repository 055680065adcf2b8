import { reactive } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { debounce } from "@web/core/utils/timing";

const RELOAD_DELAY = 300;

/**
 * What is unread in the user's Direct accounts: `accounts` has id, address and unread of each.
 * Follows the bus; whoever shows messages can follow `onChanged` too.
 */
export const inboxService = {
    dependencies: ["bus_service", "direct_messaging.live", "orm"],

    async start(env, { bus_service: bus, "direct_messaging.live": live, orm }) {
        const listeners = new Set();
        const inbox = reactive({
            accounts: [],
            get unread() {
                return this.accounts.reduce((total, { unread }) => total + unread, 0);
            },
            onChanged(listener) {
                listeners.add(listener);
                return () => listeners.delete(listener);
            },
        });
        if (!(await user.hasGroup("direct_messaging.group_user"))) {
            return inbox;
        }
        const load = async () => {
            inbox.accounts = await orm.silent.call("direct.account", "inbox_counts", []);
        };
        const changed = debounce(async () => {
            await load();
            listeners.forEach((listener) => listener());
        }, RELOAD_DELAY);
        bus.subscribe("direct_messaging/inbox", changed);
        live.follow(() => changed().catch(() => {})); // tried again with the next news
        bus.start();
        load().catch(() => {}); // shown with the next news
        return inbox;
    },
};

registry.category("services").add("direct_messaging.inbox", inboxService);
