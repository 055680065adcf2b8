import { expect, queryAllTexts, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import {
    contains,
    getService,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineDirectModels } from "./helpers";

defineDirectModels();

const FIGURES = [
    { key: "sent", label: "Sent", value: 12, model: "direct.message", of_period: true },
    { key: "failed", label: "Failed", value: 1, model: "direct.message", of_period: true },
    { key: "overdue", label: "Overdue", value: 0, model: "direct.referral", of_period: false },
].map((figure) => ({ ...figure, domain: [["user_id", "=", 7]], views: [3, 4] }));

async function openDashboard({ median = 3, canSeePractice = false } = {}) {
    onRpc("direct.dashboard", "read_figures", ({ args }) => {
        expect.step(args);
        return { can_see_practice: canSeePractice, figures: FIGURES, median_minutes: median };
    });
    await mountWithCleanup(WebClient);
    await getService("action").doAction({
        type: "ir.actions.client",
        tag: "direct_messaging.dashboard",
    });
    await animationFrame();
}

test("shows figures, those of now apart from those of the period", async () => {
    await openDashboard();
    expect.verifySteps([["mine", 30]]);
    expect(queryAllTexts("h2")).toEqual(["Now", "Last 30 days"]);
    expect(queryAllTexts("[data-figure]")).toEqual([
        "0\nOverdue",
        "12\nSent",
        "1\nFailed",
        "3 minutes\nMedian time to delivery",
    ]);
    expect("[data-figure=failed] .text-danger").toHaveCount(1);
    expect("[data-figure=overdue] .text-danger").toHaveCount(0);
});

test("another period, and the practice for who may see it", async () => {
    await openDashboard({ canSeePractice: true });
    await contains("button:contains(7 days)").click();
    await contains("button:contains(For the Practice)").click();
    expect.verifySteps([
        ["mine", 30],
        ["mine", 7],
        ["practice", 7],
    ]);
    expect("button:contains(For the Practice)").toHaveAttribute("aria-pressed", "true");
    expect("button:contains(For Me)").toHaveAttribute("aria-pressed", "false");
});

test("who may not see the practice is not offered it", async () => {
    await openDashboard();
    expect("button:contains(For the Practice)").toHaveCount(0);
    expect.verifySteps([["mine", 30]]);
});

test("each figure opens the list that it counts", async () => {
    await openDashboard();
    patchWithCleanup(getService("action"), {
        doAction({ res_model, name, domain, views, search_view_id }) {
            expect.step([res_model, name, domain, views[0], search_view_id]);
        },
    });
    await contains("[data-figure=failed]").click();
    expect.verifySteps([
        ["mine", 30],
        ["direct.message", "Failed", [["user_id", "=", 7]], [3, "list"], [4]],
    ]);
});

for (const [median, words] of [
    [null, "None delivered"],
    [0.2, "Less than a minute"],
    [90, "90 minutes"],
    [300, "5 hours"],
    [60 * 24 * 3, "3 days"],
]) {
    test(`a median of ${median} minutes reads ${words}`, async () => {
        await openDashboard({ median });
        expect("[data-figure=median]").toHaveText(`${words}\nMedian time to delivery`);
        expect.verifySteps([["mine", 30]]);
    });
}
