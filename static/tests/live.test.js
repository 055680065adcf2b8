import { EventBus } from "@odoo/owl";
import { advanceTime, expect, test } from "@odoo/hoot";
import { mountView, mountWithCleanup, onRpc } from "@web/../tests/web_test_helpers";
import { LiveNotice } from "@direct_messaging/live/live_notice";
import { liveService } from "@direct_messaging/live/live_service";
import { defineDirectModels, tellConnection } from "./helpers";

defineDirectModels();

const NOTICE = ".o_direct_not_live";

/** Starts the service on a bus in this state; returns it, and a function that tells another state. */
function start(workerState) {
    const bus = Object.assign(new EventBus(), { workerState });
    const live = liveService.start({}, { bus_service: bus });
    live.follow(() => expect.step("look"));
    return { live, bus, tell: (state) => bus.trigger("BUS:WORKER_STATE_UPDATED", state) };
}

test("while news do not come by themselves, it looks every 30 seconds", async () => {
    const { live, tell } = start("CONNECTED");
    await advanceTime(60_000);
    expect(live.isOn).toBe(true);
    expect.verifySteps([]);

    tell("DISCONNECTED");
    await advanceTime(9_999);
    expect(live.isOn).toBe(true);
    await advanceTime(1);
    expect(live.isOn).toBe(false);
    expect.verifySteps(["look"]);
    tell("CONNECTING");
    await advanceTime(30_000);
    expect.verifySteps(["look"]);
    await advanceTime(60_000);
    expect.verifySteps(["look", "look"]);

    tell("CONNECTED");
    expect(live.isOn).toBe(true);
    await advanceTime(60_000);
    expect.verifySteps([]);
});

test("a short loss of the connection is nobody's concern", async () => {
    const { live, tell } = start("CONNECTED");
    tell("DISCONNECTED");
    await advanceTime(5_000);
    tell("CONNECTED");
    await advanceTime(60_000);
    expect(live.isOn).toBe(true);
    expect.verifySteps([]);
});

for (const never of [null, "IDLE", "CONNECTING", "DISCONNECTED"]) {
    test(`a page that never was connected (${never}) looks as well`, async () => {
        const { live } = start(never);
        await advanceTime(10_000);
        expect(live.isOn).toBe(false);
        expect.verifySteps(["look"]);
    });
}

test("what was told during a loss is looked up", () => {
    const { bus } = start("CONNECTED");
    bus.trigger("BUS:RECONNECT");
    expect.verifySteps(["look"]);
});

test("the page says that live updates are off, as long as they are", async () => {
    await mountWithCleanup(LiveNotice);
    expect(NOTICE).toHaveCount(0);
    await tellConnection("WORKER_STATE_UPDATED", "DISCONNECTED");
    await advanceTime(10_000);
    await tellConnection("WORKER_STATE_UPDATED", "CONNECTING");
    expect(NOTICE).toHaveText("Live updates are off. This page checks for news every 30 seconds.");
    await tellConnection("WORKER_STATE_UPDATED", "CONNECTED");
    expect(NOTICE).toHaveCount(0);
});

test("looking in vain is no error, and goes on", async () => {
    let isDown = false;
    onRpc("direct_delivery", () => {
        expect.step("looked");
        return isDown ? new Response("", { status: 502 }) : [];
    });
    await mountView({
        type: "form",
        resModel: "clinic.note",
        resId: 1,
        arch: `<form><field name="title"/><widget name="direct_delivery"/></form>`,
    });
    expect.verifySteps(["looked"]);
    isDown = true;
    await tellConnection("WORKER_STATE_UPDATED", "DISCONNECTED");
    await advanceTime(10_000);
    expect.verifySteps(["looked"]);
    isDown = false;
    await advanceTime(30_000);
    expect.verifySteps(["looked"]);
});
