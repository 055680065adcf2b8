import { advanceTime, expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { getService, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineDirectModels } from "./helpers";

defineDirectModels();

const NOTICE = ".o_direct_not_live";
const MESSAGE = {
    id: 5,
    recipient: "Dr. Ann Lee",
    address: "ann.lee@lakeside.direct.example.com",
    state: "accepted",
    label: "On its way",
    tone: "info",
    sentence: "",
    advice: "",
    at: false,
    actions: [],
    events: [],
};

async function openNote() {
    onRpc("direct_delivery", () => {
        expect.step("read");
        return [MESSAGE];
    });
    await mountView({
        type: "form",
        resModel: "clinic.note",
        resId: 1,
        arch: `<form><field name="title"/><widget name="direct_delivery"/></form>`,
    });
    expect.verifySteps(["read"]);
}

function tell(state) {
    getService("bus_service").trigger("BUS:WORKER_STATE_UPDATED", state);
}

test("while news do not come by themselves, the page looks and says so", async () => {
    await openNote();
    tell("CONNECTED");
    await advanceTime(60_000);
    expect(NOTICE).toHaveCount(0);
    expect.verifySteps([]);

    tell("DISCONNECTED");
    await advanceTime(11_000);
    await animationFrame();
    expect(NOTICE).toHaveText("Live updates are off. This page checks for news every 30 seconds.");
    expect.verifySteps(["read"]);
    tell("CONNECTING");
    await advanceTime(31_000);
    await animationFrame();
    expect.verifySteps(["read"]);

    tell("CONNECTED");
    await animationFrame();
    expect(NOTICE).toHaveCount(0);
    for (let seconds = 0; seconds < 40; seconds += 8) {
        await advanceTime(8000);
        tell("CONNECTED"); // the worker of the tests has a state of its own
    }
    expect.verifySteps([]);
});

test("a short loss of the connection is nobody's concern", async () => {
    await openNote();
    tell("DISCONNECTED");
    await advanceTime(5000);
    tell("CONNECTED");
    await advanceTime(60_000);
    expect(NOTICE).toHaveCount(0);
    expect.verifySteps([]);
});

test("looking in vain is no error, and goes on", async () => {
    await openNote();
    let isDown = true;
    onRpc("direct_delivery", () => {
        expect.step("looked");
        return isDown ? new Response("", { status: 502 }) : [MESSAGE];
    });
    tell("DISCONNECTED");
    await advanceTime(11_000);
    expect.verifySteps(["looked"]);
    isDown = false;
    await advanceTime(31_000);
    expect.verifySteps(["looked"]);
});
