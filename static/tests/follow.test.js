import { expect, test } from "@odoo/hoot";
import { contains, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineDirectModels, tellConnection, tellNews } from "./helpers";

defineDirectModels();

const TITLE = "[name=title] input";

async function openForm() {
    onRpc("web_read", () => {
        expect.step("read");
    });
    await mountView({
        type: "form",
        resModel: "clinic.note",
        resId: 1,
        arch: `<form><field name="title"/><widget name="direct_follow_practice"/></form>`,
    });
    expect.verifySteps(["read"]);
}

test("a form follows its practice, and no other", async () => {
    await openForm();
    await tellNews("practice", { practice_id: 2 });
    expect.verifySteps([]);
    await tellNews("practice", { practice_id: 1 });
    expect.verifySteps(["read"]);
    await tellConnection("RECONNECT");
    expect.verifySteps(["read"]);
});

test("what is being typed in it stays", async () => {
    await openForm();
    await contains(TITLE).edit("Being written");
    await tellNews("practice", { practice_id: 1 });
    expect.verifySteps([]);
    expect(TITLE).toHaveValue("Being written");
});
