import { expect, press, queryAllTexts, test } from "@odoo/hoot";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    contains,
    makeServerError,
    mockService,
    mountView,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { defineDirectModels } from "./helpers";

defineDirectModels();

const BUTTON = ".o_direct_send_referral_by";

async function openNote(params = { resId: 1 }) {
    let closeWindow;
    mockService("action", {
        doAction(action, { onClose }) {
            expect.step(action.name);
            closeWindow = onClose;
        },
    });
    await mountView({
        type: "form",
        resModel: "clinic.note",
        arch: `
            <form>
                <field name="title"/>
                <widget name="direct_send_referral_by"/>
            </form>`,
        ...params,
    });
    return { closeWindow: () => closeWindow() };
}

test("lists the ways that the note offers, read once", async () => {
    onRpc("direct_referral_channels", ({ args }) => {
        expect.step("channels");
        expect(args).toEqual([[1]]);
    });
    await openNote();
    expect(BUTTON).toHaveText("Send Referral By");
    expect(BUTTON).toHaveAttribute("aria-expanded", "false");

    await contains(BUTTON).click();
    expect(BUTTON).toHaveAttribute("aria-expanded", "true");
    expect(queryAllTexts(".o-dropdown-item")).toEqual(["Direct Message", "Print"]);

    await contains(BUTTON).click();
    await contains(BUTTON).click();
    expect(".o-dropdown-item").toHaveCount(2);
    expect.verifySteps(["channels"]);
});

test("saves the note, opens the window, and reads the note again when it closes", async () => {
    onRpc("clinic.note", "*", ({ method }) => {
        expect.step(method);
    });
    const { closeWindow } = await openNote();
    await contains("[name=title] input").edit("Chest pain at rest");
    await contains(BUTTON).click();
    await contains(".o-dropdown-item:contains(Direct Message)").click();
    expect.verifySteps([
        "get_views",
        "web_read",
        "direct_referral_channels",
        "web_save",
        "action_send_referral",
        "Referral by direct",
    ]);
    await closeWindow();
    expect.verifySteps(["web_read"]);
});

test("can be used with the keyboard alone", async () => {
    await openNote();
    await contains(BUTTON).focus();
    await press("Enter");
    await animationFrame();
    await press("ArrowDown");
    await press("ArrowDown");
    await press("Enter");
    await animationFrame();
    expect.verifySteps(["Referral by print"]);
});

test("a note that is not complete is not referred", async () => {
    await openNote();
    await contains("[name=title] input").clear();
    await contains(BUTTON).click();
    await contains(".o-dropdown-item:contains(Print)").click();
    expect("[name=title]").toHaveClass("o_field_invalid");
    expect.verifySteps([]);

    await contains("[name=title] input").edit("Chest pain");
    await contains(BUTTON).click();
    await contains(".o-dropdown-item:contains(Print)").click();
    expect.verifySteps(["Referral by print"]);
});

test("a new note is saved first", async () => {
    onRpc("action_send_referral", ({ args }) => {
        expect.step(args);
    });
    await openNote({});
    await contains("[name=title] input").edit("Headache");
    await contains(BUTTON).click();
    await contains(".o-dropdown-item:contains(Print)").click();
    expect.verifySteps([[[2], "print"], "Referral by print"]);
});

test("a double click opens one window", async () => {
    const answer = new Deferred();
    onRpc("action_send_referral", () => answer);
    await openNote();
    await contains(BUTTON).click();
    await contains(".o-dropdown-item:contains(Direct Message)").dblclick();
    expect(BUTTON).not.toBeEnabled();

    answer.resolve({ type: "ir.actions.act_window", name: "The one window" });
    await animationFrame();
    expect.verifySteps(["The one window"]);
    expect(BUTTON).toBeEnabled();
});

test("when the ways cannot be read, it says so and can be tried again", async () => {
    expect.errors(1);
    let isDown = true;
    onRpc("direct_referral_channels", () => {
        if (isDown) {
            throw makeServerError({ message: "Try again in a minute." });
        }
    });
    await openNote();
    await contains(BUTTON).click();
    await animationFrame();
    expect.verifyErrors(["Try again in a minute."]);

    isDown = false;
    await contains(BUTTON).click();
    expect(".o-dropdown-item").toHaveCount(2);
});
