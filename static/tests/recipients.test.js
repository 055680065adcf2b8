import { advanceTime, edit, expect, press, queryAllTexts, test, waitFor } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, makeServerError, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineDirectModels, DirectReferral, DirectReferralRecipient } from "./helpers";

defineDirectModels();

const BOX = ".o-autocomplete--input";
const OPTION = ".o-autocomplete--dropdown-item";

const LEE = {
    source: "contact",
    partner_id: 7,
    name: "Dr. Ann Lee",
    address: "ann.lee@lakeside.direct.example.com",
    organization: "Lakeside Cardiology",
    specialty: "Cardiology",
    npi: "1234567893",
    city: "Springfield",
    status: "verified",
    status_reason: "Delivered last week.",
};
const LEEDS = { ...LEE, source: "directory", partner_id: false, name: "Dr. Leeds" };
const TYPED = {
    source: "typed",
    partner_id: false,
    name: "",
    address: "lee@mail.example.com",
    status: "invalid",
    status_reason: "This is an ordinary email address.",
};

/** Answers every search with these entries. */
function findEntries(entries, notice = false) {
    onRpc("search_recipients", ({ args }) => {
        expect.step(args[1]);
        return { entries, notice };
    });
}

async function openReferral({ readonly = false } = {}) {
    await mountView({
        type: "form",
        resModel: "direct.referral",
        resId: 1,
        arch: `
            <form js_class="direct_draft_form">
                <field name="state"/>
                <field name="subject"/>
                <field name="recipient_ids" widget="direct_recipients" readonly="${readonly}"/>
            </form>`,
    });
}

async function search(text) {
    await contains(BOX).click();
    await edit(text, { confirm: false });
    await advanceTime(250);
    await animationFrame();
}

function addRecipient(values) {
    DirectReferralRecipient._records.push({ referral_id: 1, ...values });
    DirectReferral._records[0].recipient_ids = DirectReferralRecipient._records.map(({ id }) => id);
}

test("each recipient is shown with a badge in words, and the reason for it", async () => {
    addRecipient({ id: 1, name: "Ann", address: "a@d.example.com", status: "verified" });
    addRecipient({ id: 2, name: "Bob", address: "b@d.example.com", status: "unverified" });
    addRecipient({
        id: 3,
        name: "Cy",
        address: "c@mail.example.com",
        organization: "Lakeside",
        status: "invalid",
        status_reason: "This is an ordinary email address.",
    });
    addRecipient({ id: 4, name: "d@d.example.com", address: "d@d.example.com", status: "pending" });
    await openReferral();
    expect(queryAllTexts(".o_direct_recipient .badge")).toEqual([
        "Verified",
        "Not verified",
        "Not a Direct address",
        "Checking…",
    ]);
    expect(".o_direct_recipient .badge .fa").toHaveCount(4);
    expect(".o_direct_recipient:eq(2)").toHaveText(/Cy\s*Lakeside\s*c@mail.example.com/);
    expect(".o_direct_recipient:eq(2)").toHaveText(/This is an ordinary email address/);
    expect(".o_direct_recipient:eq(3)").toHaveText(/^d@d.example.com\s*Checking/);
});

test("finds people by their source, in two lines each", async () => {
    findEntries([LEEDS, TYPED, LEE]);
    await openReferral();
    expect(BOX).toHaveAttribute("aria-label", "Add a recipient");
    expect(BOX).toHaveAttribute(
        "placeholder",
        "Search by name, NPI, specialty, organization or address"
    );
    await search("lee");
    expect.verifySteps(["lee"]);
    expect(queryAllTexts(".o_direct_recipient_source")).toEqual([
        "Contacts",
        "Provider directory",
        "Use this address",
    ]);
    expect(`${OPTION}:eq(1)`).toHaveText(/Dr. Ann Lee\s*Cardiology/);
    expect(`${OPTION}:eq(1)`).toHaveText(
        /Lakeside Cardiology · Springfield · ann.lee@lakeside.direct.example.com/
    );
    expect(`${OPTION}:eq(3)`).toHaveText(/Dr. Leeds/);
    expect(`${OPTION}:eq(5)`).toHaveText(/lee@mail.example.com\s*.*\s*Not a Direct address/);
});

test("is not asked before two characters are typed and a pause is made", async () => {
    findEntries([LEE]);
    await openReferral();
    await search("l");
    expect(OPTION).toHaveCount(0);
    expect.verifySteps([]);

    await edit("lee", { confirm: false });
    await advanceTime(200);
    expect.verifySteps([]);
    await advanceTime(50);
    expect.verifySteps(["lee"]);
});

test("says when no one is found", async () => {
    findEntries([]);
    await openReferral();
    await search("zzz");
    expect(queryAllTexts(OPTION)).toEqual([
        "No one found. Type a full Direct address to add it by hand.",
    ]);
    await press("Enter");
    await animationFrame();
    expect(BOX).toHaveValue("zzz");
    expect.verifySteps(["zzz"]);
});

test("says when the directory could not be asked", async () => {
    findEntries([LEE], "The provider directory cannot be reached.");
    await openReferral();
    await search("lee");
    expect(`${OPTION}:last`).toHaveText("The provider directory cannot be reached.");
    expect(`${OPTION}:last`).toHaveClass("o_direct_recipient_note");
    expect(`${OPTION}:last [role=option]`).toHaveCount(0);
    expect.verifySteps(["lee"]);
});

test("adds with the keyboard: draft saved first, box emptied, focus kept", async () => {
    findEntries([LEE]);
    onRpc("direct.referral", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    onRpc("add_recipient", ({ args }) => {
        expect.step(["add", ...args]);
    });
    await openReferral();
    await contains("[name=subject] input").edit("Cardiology", { confirm: false });
    await search("lee");
    await press("Enter");
    await animationFrame();
    await animationFrame();
    expect.verifySteps(["lee", { subject: "Cardiology" }, ["add", [1], LEE]]);
    expect(".o_direct_recipient").toHaveCount(1);
    expect(".o_direct_recipient").toHaveText(/Dr. Ann Lee/);
    expect(BOX).toHaveValue("");
    expect(BOX).toBeFocused();
});

test("adds with the mouse", async () => {
    findEntries([LEE, LEEDS]);
    await openReferral();
    await search("lee");
    await contains(`${OPTION}:contains(Dr. Leeds)`).click();
    await animationFrame();
    expect.verifySteps(["lee"]);
    expect(".o_direct_recipient").toHaveText(/Dr. Leeds/);
    expect(BOX).toHaveValue("");
    expect(BOX).toBeFocused();
});

test("what was typed stays when adding fails", async () => {
    findEntries([TYPED]);
    onRpc("add_recipient", () => {
        throw makeServerError({ message: "Already a recipient." });
    });
    await openReferral();
    await search("lee@mail.example.com");
    await press("Enter");
    await animationFrame();
    await animationFrame();
    expect(".o_direct_kept_alert").toHaveText("Already a recipient.");
    expect.verifySteps(["lee@mail.example.com"]);
    expect(BOX).toHaveValue("lee@mail.example.com");
    expect(".o_direct_recipient").toHaveCount(0);
});

test("text written while a recipient is added is not lost", async () => {
    findEntries([LEE]);
    onRpc("add_recipient", async () => {
        await contains("[name=subject] input").edit("Written meanwhile", { confirm: "blur" });
    });
    await openReferral();
    await search("lee");
    await press("Enter");
    await waitFor(".o_direct_recipient");
    expect("[name=subject] input").toHaveValue("Written meanwhile");
    expect.verifySteps(["lee"]);
});

test("removes by a button that says whom", async () => {
    addRecipient({ id: 1, name: "Ann", address: "a@d.example.com", status: "verified" });
    addRecipient({ id: 2, address: "b@d.example.com", status: "verified" });
    onRpc("remove_recipient", ({ args }) => {
        expect.step(args);
    });
    await openReferral();
    expect("button[aria-label='Remove b@d.example.com']").toHaveCount(1);
    await contains("button[aria-label='Remove Ann']").click();
    expect.verifySteps([[[1], 1]]);
    expect(".o_direct_recipient").toHaveCount(1);
    expect(BOX).toBeFocused();
});

test("readonly, there are only the recipients", async () => {
    addRecipient({ id: 1, name: "Ann", address: "a@d.example.com", status: "verified" });
    await openReferral({ readonly: true });
    expect(".o_direct_recipient").toHaveCount(1);
    expect(`${BOX}, .o_direct_recipient button`).toHaveCount(0);
});
