import { reactive, useEffect, useState } from "@odoo/owl";
import { WORKER_STATE } from "@bus/workers/websocket_worker";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";

/** Milliseconds: until a connection that is missing counts as lost, and between two looks then. */
const GRACE = 10_000;
const LOOK_INTERVAL = 30_000;

/**
 * Whether news reach this page by themselves (`isOn`). While they do not, and once they do again,
 * all who `follow` are told to look for themselves: a proxy may not let the websocket through.
 */
export const liveService = {
    dependencies: ["bus_service"],

    start(env, { bus_service: bus }) {
        const followers = new Set();
        const look = () => followers.forEach((follower) => follower());
        const live = reactive({
            isOn: true,
            follow(follower) {
                followers.add(follower);
                return () => followers.delete(follower);
            },
        });
        let grace;
        let interval;
        const update = (state) => {
            if (state === WORKER_STATE.CONNECTED) {
                browser.clearTimeout(grace);
                browser.clearInterval(interval);
                grace = interval = undefined;
                live.isOn = true;
            } else {
                grace ??= browser.setTimeout(() => {
                    live.isOn = false;
                    look();
                    interval = browser.setInterval(look, LOOK_INTERVAL);
                }, GRACE);
            }
        };
        bus.addEventListener("BUS:WORKER_STATE_UPDATED", ({ detail }) => update(detail));
        // Whatever was told while the connection was lost has not been heard
        bus.addEventListener("BUS:RECONNECT", look);
        update(bus.workerState);
        return live;
    },
};

registry.category("services").add("direct_messaging.live", liveService);

/**
 * @param {() => any} look called when news may have been missed; its failures show elsewhere
 * @returns {{ isOn: boolean }}
 */
export function useLive(look) {
    const live = useState(useService("direct_messaging.live"));
    useEffect(
        () => live.follow(async () => look()),
        () => []
    );
    return live;
}
