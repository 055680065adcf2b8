import { advanceTime, edit, expect, press, queryOne, test } from "@odoo/hoot";
import { animationFrame, Deferred, mockSendBeacon } from "@odoo/hoot-mock";
import {
    clickSave,
    contains,
    defineModels,
    fields,
    hideTab,
    models,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineDirectModels } from "./helpers";

class Setup extends models.Model {
    label = fields.Char({
        onChange(setup) {
            setup.domain = setup.label ? `${setup.label.toLowerCase()}.direct.example.com` : "";
        },
    });
    domain = fields.Char();

    _records = [{ id: 1, label: "north" }];
}

defineDirectModels();
defineModels([Setup]);

const INPUT = "[name=label] input";

async function openSetup(attributes = "") {
    await mountView({
        type: "form",
        resModel: "setup",
        resId: 1,
        arch: `
            <form>
                <field name="label" widget="direct_live_char" ${attributes}/>
                <field name="domain" readonly="1"/>
            </form>`,
    });
}

/** Types `text` and stops for as long as people do between words. */
async function type(text) {
    await edit(text, { confirm: false });
    await advanceTime(250);
    await animationFrame();
}

test("shows what becomes of the value while typing", async () => {
    onRpc("onchange", ({ args }) => {
        expect.step(args[1].label);
    });
    await openSetup();
    await contains(INPUT).click();
    await edit("Lake", { confirm: false });
    await advanceTime(200);
    expect.verifySteps([]);

    await advanceTime(50);
    await animationFrame();
    expect.verifySteps(["Lake"]);
    expect("[name=domain]").toHaveText("lake.direct.example.com");
    expect(INPUT).toHaveValue("Lake");
    expect(INPUT).toBeFocused();
});

test("the browser neither corrects, capitalises nor completes", async () => {
    await openSetup();
    expect(INPUT).toHaveAttribute("autocomplete", "off");
    expect(INPUT).toHaveAttribute("autocapitalize", "none");
    expect(INPUT).toHaveAttribute("spellcheck", "false");
});

test("a slow answer changes nothing of what was typed in the meantime", async () => {
    const answer = new Deferred();
    onRpc("onchange", ({ args }) => {
        expect.step(args[1].label);
        return args[1].label === "lake" ? answer : undefined;
    });
    await openSetup();
    await contains(INPUT).click();
    await type("lake");
    await type("lakes");
    await type("lakeside");
    expect.verifySteps(["lake"]);

    answer.resolve({ value: { domain: "lake.direct.example.com" } });
    await animationFrame();
    expect(INPUT).toHaveValue("lakeside");
    expect("[name=domain]").toHaveText("lakeside.direct.example.com");
    expect.verifySteps(["lakeside"]); // what lay in between is not asked about
});

test("a slow answer does not bring back what was deleted in the meantime", async () => {
    const answer = new Deferred();
    onRpc("onchange", () => answer);
    await openSetup();
    await contains(INPUT).click();
    await type("northern");
    await edit("north", { confirm: false }); // as it was at the beginning
    answer.resolve({ value: { domain: "northern.direct.example.com" } });
    await animationFrame();
    expect(INPUT).toHaveValue("north");
});

test("the caret stays where it is, and a space in front of the next word too", async () => {
    await openSetup();
    await contains(INPUT).click();
    await type("north ");
    expect(INPUT).toHaveValue("north ");

    queryOne(INPUT).setSelectionRange(2, 2);
    await press("x");
    await advanceTime(250);
    await animationFrame();
    expect(INPUT).toHaveValue("noxrth ");
    expect(queryOne(INPUT).selectionStart).toBe(3);
});

test("what the server makes of the value is shown when the field is left", async () => {
    onRpc("onchange", () => ({ value: { label: "lake" } }));
    await openSetup();
    await contains(INPUT).click();
    await type("LAKE");
    expect(INPUT).toHaveValue("LAKE");
    await contains(".o_form_view").click();
    expect(INPUT).toHaveValue("lake");
});

test("saving takes what was just typed, also without leaving the field", async () => {
    onRpc("web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await openSetup();
    await contains(INPUT).click();
    await edit("lake", { confirm: false });
    await hideTab();
    await animationFrame();
    expect.verifySteps([{ label: "lake" }]);
    expect(INPUT).toHaveValue("lake");

    await contains(INPUT).edit("lakeside", { confirm: false });
    await clickSave();
    expect.verifySteps([{ label: "lakeside" }]);
});

test("closing the page takes what was just typed", async () => {
    const blobs = [];
    mockSendBeacon((route, blob) => blobs.push(blob));
    await openSetup();
    await contains(INPUT).click();
    await edit("lake", { confirm: false });
    window.dispatchEvent(new Event("beforeunload"));
    expect(blobs).toHaveLength(1);
    expect(JSON.parse(await blobs[0].text()).params.args).toEqual([[1], { label: "lake" }]);
});

test("Enter does nothing by itself", async () => {
    onRpc("onchange", () => {
        expect.step("onchange");
    });
    onRpc("web_save", () => {
        expect.step("web_save");
    });
    await openSetup();
    await contains(INPUT).click();
    await edit("lake", { confirm: false });
    await press("Enter");
    expect.verifySteps([]);
});

test("readonly, it is text", async () => {
    await openSetup(`readonly="1"`);
    expect(INPUT).toHaveCount(0);
    expect("[name=label]").toHaveText("north");
});
