import {
    advanceTime,
    expect,
    manuallyDispatchProgrammaticEvent,
    press,
    queryAllTexts,
    queryOne,
    scroll,
    test,
} from "@odoo/hoot";
import { animationFrame, Deferred, mockDate } from "@odoo/hoot-mock";
import {
    contains,
    defineModels,
    getService,
    makeServerError,
    models,
    mountWithCleanup,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { formatSeconds } from "@direct_messaging/enrollment/clock";
import { EnrollmentStore } from "@direct_messaging/enrollment/enrollment_store";
import { ConnectionLostError, rpc } from "@web/core/network/rpc";
import { WebClient } from "@web/webclient/webclient";
import { changedElsewhere, defineDirectModels, tellConnection, tellNews } from "./helpers";

class DirectEnrollment extends models.Model {
    _name = "direct.enrollment";
}

defineDirectModels();
defineModels([DirectEnrollment]);

const ACCEPT = ".modal-footer button[name=accept]";
const TEXT = ".o_direct_agreement_text";
const VERIFY = ".modal-footer button[name=verify]";
const ERROR = ".o_direct_enrollment_error";
const FAILED = ".o_direct_enrollment_failed";
const CALL_ME = "button[name=call_me]";
const CALL_STATE = ".o_direct_call_state";
const GET_QUESTIONS = "button[name=get_questions]";
const QUESTION = ".o_direct_questions legend";

const SSN = "223-45-6789";
const CARD = "4111111111111111";
const CODE = "730154";

const AGREEMENTS = [
    {
        id: 1,
        title: "DirectTrust Activation",
        version: "2.1",
        text: "First\n  <b>line</b>\n".repeat(200),
        sha256: "aaa",
        accepted: false,
    },
    {
        id: 2,
        title: "Experian User Agreement",
        version: "7",
        text: "Short.",
        sha256: "bbb",
        accepted: false,
    },
];
const NO_CALL = { state: "none", code_expires_at: false, call_again_at: false };
const RECORDED = {
    state: "recorded",
    code_expires_at: "2026-03-02 10:10:00",
    call_again_at: false,
};
const OPEN = {
    state: "open",
    failed: false,
    attempts_left: 3,
    locked_until: false,
    call: RECORDED,
    questions_tries_left: 2,
    causes: ["Use your legal name.", "Use your home address."],
};
const DRAFT = {
    first_name: "Lee",
    last_name: "Legal",
    street: "1 Main Street",
    city: "Springfield",
    state: "VT",
    zip: "05156",
    birthdate: "1970-02-03",
    email: "lee@example.com",
    government_kind: "ssn",
    financial_kind: "card",
    call_phone: "802-885-1234",
};
const ALL_ASKED = {
    id: "set-1",
    questions: ["first", "second"].map((word) => ({
        id: word,
        text: `The ${word} question?`,
        choices: [
            { id: `${word}-a`, text: "Alder Court" },
            { id: `${word}-b`, text: "Canal Street" },
        ],
    })),
    seconds_per_question: 120,
    tries_left: 1,
};

/**
 * A server that gives these answers by method: values, or functions of the arguments. `calls` are
 * those it got. It finds fault with what is empty or says "bad".
 */
function makeServer({ step = "form", values = DRAFT, status = OPEN, ...answers } = {}) {
    const server = {
        calls: [],
        data: {
            practice: "Sunrise Family Practice",
            provider: "Sandbox HISP",
            provider_notice: false,
            support: "help@example.com",
            step,
            agreements: AGREEMENTS,
            form: {
                values,
                version: 1,
                suffixes: ["Jr.", "Sr."],
                states: [
                    ["NH", "New Hampshire"],
                    ["VT", "Vermont"],
                ],
                government_kinds: [
                    ["npi", "Individual NPI"],
                    ["ssn", "Social Security Number"],
                ],
                financial_kinds: [
                    ["phone", "Personal Telephone"],
                    ["card", "Personal Credit Card"],
                    ["knowledge", "Knowledge Questions"],
                ],
            },
            status,
        },
        load: () => server.data,
        status: () => status,
        check: (typed) =>
            Object.fromEntries(
                Object.entries(typed).map(([name, value]) => [
                    name,
                    value.includes("bad") ? `Wrong ${name}.` : value ? false : `Enter ${name}.`,
                ])
            ),
        save_draft: (typed, version) => version + 1,
        ...answers,
        /** The arguments of the calls of this method. */
        argsOf: (method) => server.calls.filter(([name]) => name === method).map(([, ...a]) => a),
    };
    onRpc("direct.enrollment", "step", ({ args: [ids, method], kwargs }) => {
        const args = kwargs.context.enrollment_arguments;
        expect(ids).toEqual([7]);
        server.calls.push([method, ...args]);
        const answer = server[method];
        return typeof answer === "function" ? answer(...args) : answer;
    });
    return server;
}

/** Opens the window, and lets the fields that have values be checked. */
async function openWindow(options) {
    mockDate("2026-03-02 10:00:00", 0);
    const server = makeServer(options);
    await mountWithCleanup(WebClient);
    await openAgain(options);
    return server;
}

async function openAgain({ onClose } = {}) {
    await getService("action").doAction(
        {
            type: "ir.actions.client",
            tag: "direct_messaging.enrollment",
            name: "Authenticate",
            target: "new",
            params: { enrollment_id: 7 },
        },
        { onClose }
    );
    await animationFrame();
    await pass(400);
}

async function pass(milliseconds) {
    await advanceTime(milliseconds);
    await animationFrame();
}

const field = (name) => `.modal [name=${name}]`;
const mark = (name) => `[data-field=${name}] .o_direct_checked_mark .fa-check`;
const reason = (name) => `[data-field=${name}] .o_direct_checked_reason`;
const ready = (section) => `[data-section=${section}] .o_direct_enrollment_status`;

async function type(name, value) {
    await contains(field(name)).edit(value, { confirm: false });
}

/** Types what is never kept; then everything is there. */
async function typeSecrets() {
    await type("government_number", SSN);
    await type("financial_number", CARD);
    await type("confirmation_code", CODE);
    await pass(400);
    expect(VERIFY).toBeEnabled();
}

/** Presses a button, not so soon after the last time that it would be a double click. */
async function pressButton(selector) {
    await pass(500);
    await contains(selector).click();
    await animationFrame();
}

async function verify() {
    await pressButton(VERIFY);
}

async function choose(index) {
    await contains(`.o_direct_questions input[type=radio]:eq(${index})`).click();
    await pressButton("button[name=answer]");
}

const notify = (payload) => tellNews("enrollment", payload);

test("clocks are written for people", () => {
    expect(formatSeconds(0)).toBe("0:00");
    expect(formatSeconds(65)).toBe("1:05");
    expect(formatSeconds(24 * 3600 - 60)).toBe("23:59:00");
});

// Agreements

test("an agreement is text, not HTML, with its version, and has the focus", async () => {
    await openWindow({ step: "agreements" });
    expect(".modal h2").toHaveText("DirectTrust Activation");
    expect(".modal h2").toBeFocused();
    expect(".modal-body").toHaveText(/Version 2.1/);
    expect(queryOne(TEXT).textContent).toBe(AGREEMENTS[0].text);
    expect(TEXT).toHaveStyle({ whiteSpace: "pre-wrap" });
    expect(TEXT).toHaveAttribute("tabindex", "0");
    expect(TEXT).toHaveAttribute("role", "region");
    expect(TEXT).toHaveAttribute("aria-labelledby", queryOne(".modal h2").id);
});

test("I Accept works only at the end of the text", async () => {
    const next = [{ ...AGREEMENTS[0], accepted: true }, AGREEMENTS[1]];
    const server = await openWindow({
        step: "agreements",
        accept: () => ({ ...server.data, agreements: next }),
    });
    const hint = "#o_direct_agreement_hint";
    expect(ACCEPT).toHaveText("I Accept");
    expect(ACCEPT).not.toBeEnabled();
    expect(ACCEPT).toHaveAttribute("aria-describedby", hint.slice(1));
    expect(hint).toHaveText("Scroll to the end of the text to accept it.");

    await scroll(TEXT, { y: 500 });
    await animationFrame();
    expect(ACCEPT).not.toBeEnabled();

    await scroll(TEXT, { y: queryOne(TEXT).scrollHeight });
    await animationFrame();
    expect(ACCEPT).toBeEnabled();
    expect(hint).toHaveText("You have reached the end of the text.");

    await scroll(TEXT, { y: 0 });
    await animationFrame();
    expect(ACCEPT).toBeEnabled();

    await contains(ACCEPT).dblclick();
    await animationFrame();
    expect(server.argsOf("accept")).toEqual([[1, "aaa"]]);
    expect(".modal h2").toHaveText("Experian User Agreement");
    expect(".modal h2").toBeFocused();
});

test("a text that needs no scrolling can be accepted at once; then comes the form", async () => {
    const server = await openWindow({
        step: "agreements",
        accept: () => ({ ...server.data, step: "form" }),
    });
    expect(ACCEPT).not.toBeEnabled();
    await contains(".modal-header .btn-close").click();

    server.data.agreements = [{ ...AGREEMENTS[0], accepted: true }, AGREEMENTS[1]];
    await openAgain();
    expect(ACCEPT).toBeEnabled();
    await contains(ACCEPT).click();
    await animationFrame();
    expect(server.argsOf("accept")).toEqual([[2, "bbb"]]);
    expect(".modal h2").toHaveText("Enrollment");
    expect(".modal h2").toBeFocused();
    await pass(400);
    expect(mark("zip")).toHaveCount(1);
});

test("declining closes the window", async () => {
    const server = await openWindow({ step: "agreements", decline: false });
    await contains("button[name=decline]").click();
    await animationFrame();
    expect(server.argsOf("decline")).toEqual([[]]);
    expect(".modal").toHaveCount(0);
});

test("an agreement that was not taken says why, and can be accepted again", async () => {
    const server = await openWindow({
        step: "agreements",
        accept() {
            throw makeServerError({ message: "The text has changed meanwhile." });
        },
    });
    await scroll(TEXT, { y: queryOne(TEXT).scrollHeight });
    await animationFrame();
    await contains(ACCEPT).click();
    await animationFrame();
    expect(ERROR).toHaveText("The text has changed meanwhile.");
    expect(ERROR).toHaveAttribute("role", "alert");
    expect(ERROR).toBeFocused();
    expect(".modal").toHaveCount(1);

    server.accept = () => ({ ...server.data, step: "form" });
    await pressButton(ACCEPT);
    expect(ERROR).toHaveCount(0);
    expect(".modal h2").toHaveText("Enrollment");
});

test("a window that cannot be loaded says why, and can be loaded again", async () => {
    const server = await openWindow({
        load() {
            throw makeServerError({ message: "You do not represent this practice." });
        },
    });
    expect(ERROR).toHaveText("You do not represent this practice.");
    server.load = () => server.data;
    await contains("button:contains(Reload)").click();
    await animationFrame();
    expect(ERROR).toHaveCount(0);
    expect(".modal h2").toHaveText("Enrollment");
});

// The form

test("labels, required fields and sections are as documented", async () => {
    await openWindow({ values: { financial_kind: "card" } });
    expect(queryAllTexts(".modal h3")).toEqual([
        "General Information",
        "Personal Government ID",
        "Personal Financial / Utility ID",
        "Confirmation Code / Voice Recording",
    ]);
    expect(queryAllTexts(".modal h4:not(.modal-title)")).toEqual([
        "Practice Representative",
        "Personal Information",
    ]);
    expect(".modal fieldset > legend").toHaveCount(6);
    expect(queryAllTexts(".modal label")).toEqual([
        "Business Name",
        "First Name *",
        "Middle Name",
        "Last Name *",
        "Suffix",
        "Street *",
        "City *",
        "State *",
        "ZIP *",
        "Date of Birth *",
        "Personal Email *",
        "ID Type *",
        "Number *",
        "Type *",
        "Personal Credit Card *",
        "Phone *",
        "Confirmation Code *",
    ]);
    expect(field("first_name")).toHaveAttribute("aria-required", "true");
    expect(field("middle_name")).toHaveAttribute("aria-required", "false");
    expect("#o_direct_enrollment_practice").toHaveValue("Sunrise Family Practice");
    expect("#o_direct_enrollment_practice").toHaveAttribute("readonly");
    expect(queryAllTexts(field("suffix") + " option")).toEqual(["", "Jr.", "Sr."]);
    expect(queryAllTexts(field("government_kind") + " option")).toEqual([
        "",
        "Individual NPI",
        "Social Security Number",
    ]);
});

test("a check mark as soon as a value is valid, the reason when it no longer is", async () => {
    await openWindow({ values: {} });
    const input = field("first_name");
    expect(input).toHaveAttribute("aria-invalid", "false");
    await type("first_name", "Lee");
    await pass(200);
    expect(mark("first_name")).toHaveCount(0);
    await pass(200);
    expect(mark("first_name")).toHaveCount(1);
    expect("[data-field=first_name] .o_direct_checked_mark").toHaveText("valid");

    await type("first_name", "bad");
    expect(mark("first_name")).toHaveCount(0);
    await pass(400);
    expect(mark("first_name")).toHaveCount(0);
    expect(reason("first_name")).toHaveText("Wrong first_name.");
    expect(input).toHaveAttribute("aria-invalid", "true");
    expect(input).toHaveAttribute(
        "aria-describedby",
        ["mark", "reason"].map((part) => `o_direct_enrollment_first_name_${part}`).join(" ")
    );
    expect(reason("first_name")).toHaveAttribute("id", "o_direct_enrollment_first_name_reason");
});

test("no reason while the first characters are typed, but when the field is left", async () => {
    await openWindow({ values: {} });
    await type("email", "bad");
    await pass(400);
    expect(reason("email")).toHaveText("");
    expect(field("email")).toHaveAttribute("aria-invalid", "false");

    await contains(field("city")).click();
    await animationFrame();
    expect(reason("email")).toHaveText("Wrong email.");

    await contains(field("street")).click();
    await pass(400);
    expect(reason("city")).toHaveText("Enter city.");
});

test("a field is checked with those that it depends on", async () => {
    const server = await openWindow({ values: { state: "VT" } });
    server.calls.length = 0;
    await type("zip", "05156");
    await pass(400);
    expect(server.argsOf("check")).toEqual([[{ zip: "05156", state: "VT" }]]);

    await type("government_number", SSN);
    await pass(400);
    expect(server.argsOf("check")[1]).toEqual([{ government_number: SSN, government_kind: "" }]);
});

test("what is typed quickly is checked once", async () => {
    const server = await openWindow({ values: {} });
    await type("first_name", "L");
    await pass(100);
    await type("first_name", "Le");
    await pass(100);
    await type("last_name", "Legal");
    await pass(400);
    expect(server.argsOf("check")).toEqual([[{ first_name: "Le", last_name: "Legal" }]]);
});

test("the answer to an old check says nothing about what is typed since", async () => {
    const server = await openWindow({ values: {} });
    const slow = new Deferred();
    server.check = () => slow;
    await type("first_name", "Lee");
    await pass(400);
    await type("first_name", "bad");
    slow.resolve({ first_name: false });
    await animationFrame();
    expect(mark("first_name")).toHaveCount(0);
});

test("answers that overtake each other leave the latest", async () => {
    const server = await openWindow({ values: {} });
    const [slow, fast] = [new Deferred(), new Deferred()];
    server.check = ({ first_name }) => (first_name === "bad" ? slow : fast);
    await type("first_name", "bad");
    await pass(400);
    await type("first_name", "Lee");
    await pass(400);
    fast.resolve({ first_name: false });
    await animationFrame();
    expect(mark("first_name")).toHaveCount(1);
    slow.resolve({ first_name: "Wrong." });
    await animationFrame();
    expect(mark("first_name")).toHaveCount(1);
    expect(reason("first_name")).toHaveText("");
});

test("a check that got lost is repeated by itself", async () => {
    const server = await openWindow({ values: {} });
    const { check } = server;
    server.check = () => {
        throw makeServerError({ message: "Down for a moment." });
    };
    await type("first_name", "Lee");
    await pass(400);
    expect(ERROR).toHaveText("Down for a moment.");
    expect(field("first_name")).toBeFocused();
    expect(field("first_name")).toHaveValue("Lee");

    server.check = check;
    await pass(5000);
    expect(ERROR).toHaveCount(0);
    expect(mark("first_name")).toHaveCount(1);
});

test("Ready to be Submitted, section by section; then Verify Identity works", async () => {
    const { zip, ...values } = DRAFT;
    await openWindow({ values, status: { ...OPEN, call: NO_CALL } });
    const sections = ["general", "government", "financial", "confirmation"];
    const states = () => sections.map((section) => queryAllTexts(ready(section))[0]);
    const [no, yes] = ["Incomplete", "Ready to be Submitted"];
    expect(states()).toEqual([no, no, no, no]);
    expect(ready("general")).toHaveAttribute("role", "status");
    expect("#o_direct_enrollment_hint").toHaveText(
        "Still missing: General Information (ZIP); " +
            "Personal Government ID (Social Security Number); " +
            "Personal Financial / Utility ID (Personal Credit Card); " +
            "Confirmation Code / Voice Recording (Confirmation Code, Recorded statement)."
    );

    await type("zip", zip);
    await pass(400);
    expect(states()).toEqual([yes, no, no, no]);
    expect(`${ready("general")} .fa-check-circle`).toHaveCount(1);

    await type("government_number", SSN);
    await type("financial_number", CARD);
    await type("confirmation_code", CODE);
    await pass(400);
    expect(states()).toEqual([yes, yes, yes, no]);
    expect(VERIFY).not.toBeEnabled();

    // An optional field counts as soon as something is in it.
    await type("middle_name", "bad");
    await pass(400);
    expect(states()).toEqual([no, yes, yes, no]);
});

test("when all four are ready, Verify Identity works", async () => {
    await openWindow();
    expect(VERIFY).toHaveText("Verify Identity");
    expect(VERIFY).not.toBeEnabled();
    await typeSecrets();
    expect(queryAllTexts(".o_direct_enrollment_status")).toEqual(
        Array(4).fill("Ready to be Submitted")
    );
    expect("#o_direct_enrollment_hint").toHaveText("");

    await type("financial_number", "bad");
    expect(VERIFY).not.toBeEnabled();
});

test("hidden numbers can be shown; nothing suggests or spells them", async () => {
    await openWindow();
    for (const name of ["government_number", "financial_number"]) {
        expect(field(name)).toHaveClass("o_direct_masked");
        // a browser offers to keep what is typed into a password input
        expect(field(name)).toHaveAttribute("type", "text");
        expect(field(name)).toHaveAttribute("autocomplete", "off");
        expect(field(name)).toHaveAttribute("spellcheck", "false");
        expect(field(name)).toHaveAttribute("inputmode", "numeric");
    }
    expect(field("confirmation_code")).toHaveAttribute("autocomplete", "off");
    await type("government_number", SSN);
    const button = "button[aria-label='Show Social Security Number']";
    expect(button).toHaveAttribute("aria-pressed", "false");
    await contains(button).click();
    expect(button).toHaveAttribute("aria-pressed", "true");
    expect(field("government_number")).not.toHaveClass("o_direct_masked");
    expect(field("government_number")).toHaveValue(SSN);
});

test("each kind of number has its own text, which comes back with the kind", async () => {
    const server = await openWindow();
    await type("government_number", SSN);
    await contains(field("government_kind")).select("npi");
    expect("[data-field=government_number] label").toHaveText("Individual NPI *");
    expect(field("government_number")).toHaveValue("");
    await contains(field("government_kind")).select("ssn");
    expect(field("government_number")).toHaveValue(SSN);
    await pass(400);
    expect(server.argsOf("check").at(-1)).toEqual([
        { government_kind: "ssn", government_number: SSN },
    ]);
    expect(mark("government_number")).toHaveCount(1);
});

test("what each kind of financial ID asks for is said", async () => {
    await openWindow();
    const section = "[data-section=financial]";
    expect(section).toHaveText(
        /For identity verification purposes only\. Your card will not be charged\./
    );
    await contains(field("financial_kind")).select("phone");
    expect(section).toHaveText(/Your home address must be associated with this number\./);
    expect("[data-field=financial_number] label").toHaveText("Personal Telephone *");
    await contains(field("financial_kind")).select("knowledge");
    expect(field("financial_number")).toHaveCount(0);
    expect(GET_QUESTIONS).toHaveText("Get Questions");
});

test("a notice of the provider is shown", async () => {
    const server = makeServer();
    server.data.provider_notice = "Nothing here is real.";
    await mountWithCleanup(WebClient);
    await openAgain();
    expect(".modal .alert-info").toHaveText("Nothing here is real.");
});

// Privacy

test("drafts are kept without secrets, shortly after a change", async () => {
    const server = await openWindow();
    await typeSecrets();
    await pass(2000);
    expect(server.argsOf("save_draft")).toEqual([]);

    await type("first_name", "Leo");
    await pass(300); // well before: the clock of a slow machine runs on meanwhile
    expect(server.argsOf("save_draft")).toEqual([]);
    await pass(800);
    expect(server.argsOf("save_draft")).toEqual([
        [{ ...DRAFT, first_name: "Leo", middle_name: "", suffix: "" }, 1],
    ]);
});

test("a change just before closing is kept", async () => {
    const server = await openWindow();
    await type("government_number", SSN);
    await type("first_name", "Leo");
    await contains(".modal-header .btn-close").click();
    expect(server.argsOf("save_draft")).toHaveLength(1);
    expect(server.argsOf("save_draft")[0][0].first_name).toBe("Leo");
    expect(JSON.stringify(server.argsOf("save_draft"))).not.toInclude(SSN);
});

test("what is kept nowhere is not dropped by one Escape, nor by a reload", async () => {
    await openWindow();
    const leave = () => {
        const event = new Event("beforeunload", { cancelable: true });
        window.dispatchEvent(event);
        return event.defaultPrevented;
    };
    expect(leave()).toBe(false);
    await type("government_number", SSN);
    expect(leave()).toBe(true);
    await press("Escape");
    await animationFrame();
    expect(".modal-title:last").toHaveText("Close without finishing?");
    await contains(".modal:last button:contains(Stay Here)").click();
    expect(field("government_number")).toHaveValue(SSN);
});

test("a form of which everything is kept closes without a question", async () => {
    const server = await openWindow();
    await type("first_name", "Leo");
    await press("Escape");
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect(server.argsOf("save_draft")).toHaveLength(1);
});

test("what another window kept in another field is shown and told", async () => {
    let isOther = true;
    const server = await openWindow({
        save_draft: (typed, version) => {
            if (isOther) {
                isOther = false;
                server.data.form.values = { ...DRAFT, city: "Montpelier" };
                server.data.form.version = 2;
                throw changedElsewhere();
            }
            return version + 1;
        },
    });
    await type("first_name", "Leo");
    await pass(700);
    expect(field("city")).toHaveValue("Montpelier");
    expect(".o_direct_kept_alert").toHaveText("Changed in another window: City.");
    expect(server.argsOf("save_draft")[1]).toMatchObject([
        { first_name: "Leo", city: "Montpelier" },
        2,
    ]);
});

test("of two texts for one field, the user chooses", async () => {
    let isOther = true;
    const server = await openWindow({
        save_draft: (typed, version) => {
            if (isOther) {
                isOther = false;
                server.data.form.values = { ...DRAFT, first_name: "Lena" };
                server.data.form.version = 2;
                throw changedElsewhere();
            }
            return version + 1;
        },
    });
    await type("first_name", "Leo");
    await pass(700);
    expect(".o_direct_conflict").toHaveText(/Leo[^]*Lena/);
    expect(field("first_name")).toHaveValue("Leo");
    await contains(".o_direct_conflict button[name=mine]").click();
    await pass(700);
    expect(server.argsOf("save_draft")[1]).toMatchObject([{ first_name: "Leo" }, 2]);
});

test("a draft that could not be kept is kept later", async () => {
    let isDown = true;
    const server = await openWindow({
        save_draft: (typed, version) => {
            if (isDown) {
                throw new ConnectionLostError("/web");
            }
            return version + 1;
        },
    });
    await type("first_name", "Leo");
    await pass(700);
    expect(".o_direct_kept_alert").toHaveText(/Your entries are still here and will be saved/);
    isDown = false;
    await pass(3000);
    expect(server.argsOf("save_draft").at(-1)).toMatchObject([{ first_name: "Leo" }, 1]);
    expect(".o_direct_kept_alert").toHaveCount(0);
});

test("secrets are in memory only, and gone when the window closes", async () => {
    let store;
    patchWithCleanup(EnrollmentStore.prototype, {
        load() {
            store = this;
            return super.load();
        },
    });
    const server = await openWindow({ verify: { ...OPEN, failed: true } });
    await typeSecrets();
    await verify();
    await type("first_name", "Leo");
    await contains(field("government_kind")).select("npi");
    await pass(2000);
    const kept = [
        JSON.stringify({ ...localStorage }),
        JSON.stringify({ ...sessionStorage }),
        document.cookie,
        location.href,
        JSON.stringify(history.state),
        JSON.stringify(server.argsOf("save_draft")),
    ].join();
    expect(server.argsOf("save_draft")).toHaveLength(1);
    for (const secret of [SSN, CARD, CODE]) {
        expect(kept).not.toInclude(secret);
        expect(JSON.stringify(store)).toInclude(secret);
    }

    await press("Escape");
    await animationFrame();
    await contains(".modal:last button:contains(Close)").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    for (const secret of [SSN, CARD, CODE]) {
        expect(JSON.stringify(store)).not.toInclude(secret);
    }
    server.calls.length = 0;
    await pass(10_000);
    expect(server.calls).toEqual([]);

    await openAgain();
    expect(field("first_name")).toHaveValue("Lee");
    for (const name of ["government_number", "financial_number", "confirmation_code"]) {
        expect(field(name)).toHaveValue("");
    }
});

// Verifying

test("a double click verifies once", async () => {
    const outcome = new Deferred();
    const server = await openWindow({ verify: () => outcome });
    await typeSecrets();
    await contains(VERIFY).dblclick();
    expect(VERIFY).toHaveText("Verifying…");
    expect(VERIFY).not.toBeEnabled();
    expect(server.argsOf("verify")).toHaveLength(1);
    const [values, key] = server.argsOf("verify")[0];
    expect(values).toEqual({
        ...DRAFT,
        middle_name: "",
        suffix: "",
        government_number: SSN,
        financial_number: CARD,
        confirmation_code: CODE,
    });
    expect(key).toMatch(/^[0-9a-f]{32}$/);

    outcome.resolve({ ...OPEN, state: "verified" });
    await animationFrame();
    expect(".modal h2").toHaveText("Identity Verified");
});

test("a double click does not try again when the first try fails at once", async () => {
    const server = await openWindow({ verify: { ...OPEN, failed: true } });
    await typeSecrets();
    await contains(VERIFY).dblclick();
    await animationFrame();
    expect(VERIFY).toHaveText("Try Again");
    expect(server.argsOf("verify")).toHaveLength(1);
});

test("Validation Failed: causes behind the question mark, tries left, all still there", async () => {
    const server = await openWindow({ verify: { ...OPEN, failed: true, attempts_left: 2 } });
    await typeSecrets();
    await verify();
    expect(FAILED).toHaveText(/Validation Failed/);
    expect(FAILED).toHaveText(/2 tries left/);
    expect(FAILED).toBeFocused();
    expect(FAILED).toHaveAttribute("role", "alert");
    expect(VERIFY).toHaveText("Try Again");
    expect(VERIFY).toBeEnabled();
    for (const [name, value] of Object.entries(server.argsOf("verify")[0][0])) {
        expect(queryOne(field(name)).value).toBe(value);
    }

    const button = "button[aria-label='What could be wrong?']";
    expect(button).toHaveAttribute("aria-expanded", "false");
    expect(`${FAILED} li`).toHaveCount(0);
    await contains(button).click();
    expect(button).toHaveAttribute("aria-expanded", "true");
    expect(button).toHaveAttribute("aria-controls", queryOne(`${FAILED} ul`).id);
    expect(queryAllTexts(`${FAILED} li`)).toEqual(OPEN.causes);

    // Other news say nothing about the last attempt.
    server.status = { ...OPEN, attempts_left: 2 };
    await notify({ enrollment_id: 7 });
    expect(FAILED).toHaveCount(1);
    expect(VERIFY).toHaveText("Try Again");

    // A correction elsewhere does not mean typing secrets again.
    await type("street", "2 Main Street");
    await pass(400);
    server.verify = { ...OPEN, failed: true, attempts_left: 1 };
    await verify();
    expect(FAILED).toHaveText(/1 try left/);
    const [[first, firstKey], [second, secondKey]] = server.argsOf("verify");
    expect(second).toEqual({ ...first, street: "2 Main Street" });
    expect(secondKey).not.toBe(firstKey);
});

test("an attempt whose answer was lost is asked for again by the same key", async () => {
    const server = await openWindow({ verify: OPEN });
    await typeSecrets();
    const unpatch = patchWithCleanup(rpc, {
        async _rpc(url) {
            await super._rpc(...arguments); // it arrives; its answer does not
            throw new ConnectionLostError(url);
        },
    });
    await verify();
    unpatch();
    expect(ERROR).toHaveText(/The server can't be reached/);
    expect(ERROR).toBeFocused();
    expect(field("government_number")).toHaveValue(SSN);

    server.verify = () => {
        throw makeServerError({ message: "The provider is down." });
    };
    await verify();
    expect(ERROR).toHaveText("The provider is down.");

    server.verify = { ...OPEN, failed: true };
    await verify();
    expect(ERROR).toHaveCount(0);
    await verify();
    const keys = server.argsOf("verify").map(([, key]) => key);
    expect(keys).toEqual([keys[0], keys[0], keys[0], keys[3]]);
    expect(keys[3]).not.toBe(keys[0]);
});

test("an attempt whose answer was lost, and that succeeded, is shown as such", async () => {
    const server = await openWindow({
        verify() {
            throw makeServerError({ message: "The provider is down." });
        },
    });
    await typeSecrets();
    server.status = { ...OPEN, state: "verified" };
    await verify();
    expect(".modal h2").toHaveText("Identity Verified");
    expect(ERROR).toHaveCount(0);
    expect(server.argsOf("verify")).toHaveLength(1);
});

test("an expired session is told, and nothing typed is lost", async () => {
    const server = await openWindow({
        verify() {
            throw makeServerError({ errorName: "odoo.http.SessionExpiredException", code: 100 });
        },
    });
    await typeSecrets();
    await verify();
    expect(".o_direct_kept_alert").toHaveText(
        /Your session has expired\. Your entries are still here; log in again to continue\./
    );
    expect(".o_direct_kept_alert button:contains(Log In)").toHaveCount(1);
    expect(".modal").toHaveCount(1);
    expect(field("financial_number")).toHaveValue(CARD);

    server.verify = { ...OPEN, state: "verified" };
    await verify();
    expect(".modal h2").toHaveText("Identity Verified");
});

test("an error of the server that is no sentence is not quoted", async () => {
    await openWindow({
        verify() {
            throw makeServerError({ errorName: "builtins.KeyError", message: SSN });
        },
    });
    await typeSecrets();
    await verify();
    expect(ERROR).toHaveText(/Something went wrong on our server/);
    expect(".modal-body").not.toHaveText(new RegExp(SSN));
});

test("after the last try: locked until a time, with a clock and support, without a form", async () => {
    const locked = {
        ...OPEN,
        state: "locked",
        failed: true,
        attempts_left: 0,
        locked_until: "2026-03-03 09:59:00",
    };
    const server = await openWindow({ verify: locked });
    await typeSecrets();
    mockDate("2026-03-02 10:00:00", 2);
    await verify();
    expect(".modal h2").toHaveText("Authentication Is Locked");
    expect(".modal h2").toBeFocused();
    expect(".modal-body").toHaveText(/try again on 03\/03\/2026 11:59:00/);
    expect(".modal [role=timer]").toHaveText("23:59:00");
    expect(".modal-body").toHaveText(/help@example.com/);
    expect(".modal input, .modal select").toHaveCount(0);

    await pass(60_000);
    expect(".modal [role=timer]").toHaveText("23:58:00");
    server.calls.length = 0;
    await pass(24 * 3600 * 1000);
    expect(server.calls[0]).toEqual(["load"]);
    expect(".modal h2").toHaveText("Enrollment");
});

test("a lock-out after which one has to begin anew says so", async () => {
    const status = { ...OPEN, state: "locked", locked_until: "2026-03-02 10:01:00" };
    const server = await openWindow({ step: "locked", status });
    expect(".modal-body").not.toHaveText(/start again/);
    await pass(60_000);
    expect(server.argsOf("load")).toHaveLength(2);
    expect(".modal-body").toHaveText(/Close this window and start over/);
    await pass(60_000);
    expect(server.argsOf("load")).toHaveLength(2);
});

test("a review by hand is followed until its end", async () => {
    const server = await openWindow({ verify: { ...OPEN, state: "review" } });
    await typeSecrets();
    await verify();
    expect(".modal h2").toHaveText("Your Identity Is Under Manual Review");
    expect(".modal-body").toHaveText(/Sandbox HISP is reviewing your information manually/);
    expect(".modal-body").toHaveText(/You can close this window/);
    server.status = { ...OPEN, state: "verified" };
    await pass(5000);
    expect(".modal h2").toHaveText("Identity Verified");
    expect(".modal h2").toBeFocused();
});

test("a review that fails leads back to the form", async () => {
    const server = await openWindow({
        step: "review",
        status: { ...OPEN, state: "review" },
    });
    server.status = { ...OPEN, failed: true };
    server.data = { ...server.data, step: "form", status: server.status };
    await notify({ enrollment_id: 7 });
    await animationFrame();
    expect(".modal h2").toHaveText("Enrollment");
    expect(FAILED).toHaveCount(1);
});

test("success is confirmed; Done closes and lets what is below follow", async () => {
    await openWindow({
        step: "done",
        status: { ...OPEN, state: "verified" },
        onClose: () => expect.step("closed"),
    });
    expect(".modal-body").toHaveText(
        /Your identity is verified. Sunrise Family Practice is authenticated./
    );
    expect(".modal-body").toHaveText(/Referrals on hold are being sent/);
    await contains(".modal-footer button:contains(Done)").click();
    await animationFrame();
    expect(".modal").toHaveCount(0);
    expect.verifySteps(["closed"]);
});

test("an enrollment that was ended elsewhere says so", async () => {
    const server = await openWindow();
    server.status = { ...OPEN, state: "ended" };
    await notify({ enrollment_id: 7 });
    expect(".modal h2").toHaveText("This Enrollment Has Ended");
});

test("news of other enrollments are none here; after a reconnection one asks", async () => {
    const server = await openWindow();
    server.calls.length = 0;
    await notify({ enrollment_id: 8 });
    expect(server.calls).toEqual([]);
    await tellConnection("RECONNECT");
    expect(server.calls).toEqual([["status"]]);
});

// The call

test("Call Me, and the state of the call in words", async () => {
    const { call_phone, ...values } = DRAFT;
    const calling = { ...NO_CALL, state: "calling", call_again_at: "2026-03-02 10:00:30" };
    const server = await openWindow({
        values,
        status: { ...OPEN, call: NO_CALL },
        call_me: { ...OPEN, call: calling },
    });
    expect(CALL_ME).toHaveText("Call Me");
    expect(CALL_ME).not.toBeEnabled();
    expect(CALL_STATE).toHaveText("");
    expect(CALL_STATE).toHaveAttribute("role", "status");
    await type("call_phone", call_phone);
    await pass(400);
    await contains(CALL_ME).dblclick();
    await animationFrame();
    expect(server.argsOf("call_me")).toEqual([[call_phone]]);

    const expires = { code_expires_at: "2026-03-02 10:10:00", call_again_at: false };
    for (const [state, words] of Object.entries({
        calling: /^\s*Calling…/,
        answered: /^\s*Answered/,
        recorded: /^\s*Statement recorded/,
        no_answer: /^\s*No answer/,
        expired: /^\s*The code has expired/,
    })) {
        server.status = { ...OPEN, call: { ...expires, state } };
        await notify({ enrollment_id: 7 });
        expect(CALL_STATE).toHaveText(words);
    }
});

test("calling again is possible after a pause that is shown", async () => {
    const call = { ...NO_CALL, state: "no_answer", call_again_at: "2026-03-02 10:00:30" };
    await openWindow({ status: { ...OPEN, call } });
    expect(CALL_ME).not.toBeEnabled();
    expect("[data-section=confirmation]").toHaveText(/call again in 30 seconds/);
    await pass(10_000);
    expect("[data-section=confirmation]").toHaveText(/call again in 20 seconds/);
    await pass(20_000);
    expect("[data-section=confirmation]").not.toHaveText(/call again in/);
    expect(CALL_ME).toBeEnabled();
});

test("a call under way is followed also without news", async () => {
    const server = await openWindow({
        status: { ...OPEN, call: { ...NO_CALL, state: "calling" } },
    });
    expect(CALL_ME).not.toBeEnabled();
    server.status = OPEN;
    await pass(5000);
    expect(CALL_STATE).toHaveText(/Statement recorded/);
    server.calls.length = 0;
    await pass(20_000);
    expect(server.calls).toEqual([]);
});

test("the code expires at the end of its clock", async () => {
    const server = await openWindow();
    expect("[data-section=confirmation] [role=timer]").toHaveText("10:00");
    await typeSecrets();
    await pass(600_000);
    expect(CALL_STATE).toHaveText(/The code has expired/);
    expect(ready("confirmation")).toHaveText("Incomplete");
    expect(VERIFY).not.toBeEnabled();
    expect(CALL_ME).toBeEnabled();
    expect(server.argsOf("status")).toHaveLength(1);
});

test("a status that is overtaken by another answer is asked for again", async () => {
    const server = await openWindow({ verify: { ...OPEN, failed: true, attempts_left: 2 } });
    const slow = new Deferred();
    await typeSecrets();
    server.status = () => slow;
    await notify({ enrollment_id: 7 });
    await verify();
    expect(FAILED).toHaveText(/2 tries left/);
    server.status = { ...OPEN, attempts_left: 2 };
    slow.resolve({ ...OPEN, attempts_left: 3 });
    await animationFrame();
    await animationFrame();
    expect(FAILED).toHaveText(/2 tries left/);
    expect(server.argsOf("status")).toHaveLength(2);
});

// Knowledge questions

const ASKING = { values: { ...DRAFT, financial_kind: "knowledge" }, questions: ALL_ASKED };

test("questions are asked one at a time, and are part of what is verified", async () => {
    const server = await openWindow({ ...ASKING, answer: true, verify: OPEN });
    expect(".o_direct_questions").toHaveText(/2 tries left/);
    await contains(GET_QUESTIONS).dblclick();
    await animationFrame();
    expect(server.argsOf("questions")).toHaveLength(1);
    const [person] = server.argsOf("questions")[0];
    expect(Object.keys(person)).toEqual([
        "first_name",
        "middle_name",
        "last_name",
        "suffix",
        "street",
        "city",
        "state",
        "zip",
        "birthdate",
        "email",
    ]);
    expect(QUESTION).toHaveText("The first question?");
    expect(QUESTION).toBeFocused();
    expect(".o_direct_questions").toHaveText(/Question 1 of 2/);
    expect(".o_direct_questions").toHaveText(/1 try left/);
    expect(".o_direct_questions [role=timer]").toHaveText("2:00");
    expect(queryAllTexts(".o_direct_questions label")).toEqual(["Alder Court", "Canal Street"]);
    expect("button[name=answer]").not.toBeEnabled();
    expect(GET_QUESTIONS).toHaveCount(0);

    await pass(50_000);
    expect(".o_direct_questions [role=timer]").toHaveText("1:10");
    await choose(1);
    expect(QUESTION).toHaveText("The second question?");
    expect(QUESTION).toBeFocused();
    expect(".o_direct_questions [role=timer]").toHaveText("2:00");
    expect(".o_direct_questions input:checked").toHaveCount(0);
    expect(ready("financial")).toHaveText("Incomplete");

    await choose(0);
    expect(server.argsOf("answer")).toEqual([
        ["set-1", "first", "first-b"],
        ["set-1", "second", "second-a"],
    ]);
    expect(".o_direct_questions").toHaveText("All questions are answered.");
    expect(ready("financial")).toHaveText("Ready to be Submitted");

    await type("government_number", SSN);
    await type("confirmation_code", CODE);
    await pass(400);
    await verify();
    const [values] = server.argsOf("verify")[0];
    expect(values.questions_id).toBe("set-1");
    expect("financial_number" in values).toBe(false);
});

test("the clock of a question is announced at times, and ends the questions", async () => {
    const server = await openWindow(ASKING);
    await contains(GET_QUESTIONS).click();
    await animationFrame();
    const news = ".o_direct_questions [aria-live=polite]";
    expect(".o_direct_questions [role=timer]").toHaveAttribute("aria-live", "off");
    await pass(89_000);
    expect(news).toHaveText("");
    await pass(1000);
    expect(news).toHaveText("30 seconds left");
    await pass(15_000);
    expect(news).toHaveText("30 seconds left");
    await pass(5000);
    expect(news).toHaveText("10 seconds left");

    server.status = { ...OPEN, questions_tries_left: 1 };
    await pass(10_000);
    expect(QUESTION).toHaveCount(0);
    expect(".o_direct_questions [data-focus]").toHaveText(/Time is up for this question/);
    expect(".o_direct_questions [data-focus]").toBeFocused();
    expect(ready("financial")).toHaveText("Incomplete");
    expect(GET_QUESTIONS).toBeEnabled();
});

test("used up, other kinds are what remains", async () => {
    const server = await openWindow({
        ...ASKING,
        questions: { ...ALL_ASKED, tries_left: 0 },
        status: { ...OPEN, questions_tries_left: 1 },
    });
    await contains(GET_QUESTIONS).click();
    await animationFrame();
    server.status = { ...OPEN, questions_tries_left: 0 };
    await pass(121_000);
    expect(GET_QUESTIONS).toHaveCount(0);
    expect(".o_direct_questions").toHaveText(
        /No tries are left\. Choose Personal Telephone or Personal Credit Card instead\./
    );
});

test("questions are about a person: general information comes first", async () => {
    await openWindow({ ...ASKING, values: { financial_kind: "knowledge" } });
    expect(GET_QUESTIONS).not.toBeEnabled();
    expect(".o_direct_questions").toHaveText(/Complete General Information first/);
});

test("an answer that was not taken keeps the question, and the choice", async () => {
    const server = await openWindow({
        ...ASKING,
        answer() {
            throw makeServerError({ message: "The provider is down." });
        },
    });
    await contains(GET_QUESTIONS).click();
    await animationFrame();
    await choose(1);
    expect(ERROR).toHaveText("The provider is down.");
    expect(QUESTION).toHaveText("The first question?");
    expect(".o_direct_questions input:eq(1)").toBeChecked();
    server.answer = true;
    await pressButton("button[name=answer]");
    expect(ERROR).toHaveCount(0);
    expect(QUESTION).toHaveText("The second question?");
});

test("an answer given in time is not cut off by the clock", async () => {
    const answer = new Deferred();
    await openWindow({ ...ASKING, answer: () => answer });
    await contains(GET_QUESTIONS).click();
    await animationFrame();
    await pass(118_000);
    await choose(0);
    await pass(5000);
    expect(QUESTION).toHaveText("The first question?");
    answer.resolve(true);
    await animationFrame();
    expect(QUESTION).toHaveText("The second question?");
    expect(".o_direct_questions [role=timer]").toHaveText("2:00");
});

// Keyboard

test("a part of a date that is being typed survives what happens elsewhere", async () => {
    await openWindow({ values: {} });
    const input = queryOne(field("birthdate"));
    let isSet = false;
    const { set, get } = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
    Object.defineProperty(input, "value", {
        get,
        set(value) {
            isSet = true;
            set.call(this, value);
        },
    });
    await manuallyDispatchProgrammaticEvent(input, "input");
    await pass(400);
    await contains(field("city")).click();
    await pass(400);
    expect(reason("birthdate")).toHaveText("");
    expect(isSet).toBe(false);
});
