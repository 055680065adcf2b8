import {
    advanceTime,
    expect,
    manuallyDispatchProgrammaticEvent,
    press,
    queryFirst,
    queryOne,
    test,
} from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { contains, fields, models, mountView, onRpc } from "@web/../tests/web_test_helpers";
import { defineModels } from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { mockBus } from "./helpers";

class DirectMessage extends models.Model {
    _name = "direct.message";

    sender = fields.Char();
    subject = fields.Char();
    filed_under = fields.Char();
    is_unread = fields.Boolean();
    is_done = fields.Boolean();
    has_documents = fields.Boolean();
    received_at = fields.Datetime();
    patient_id = fields.Many2one({ relation: "res.partner" });

    _records = [
        { id: 1, sender: "Dr. Ann Lee", subject: "Report", is_unread: true, has_documents: true },
        { id: 2, sender: "Dr. Bob Ray", subject: "Question", filed_under: "Not matched" },
    ];

    inbox_read([id]) {
        return READ[id];
    }

    action_mark_read() {}
    action_done() {}
    action_file() {}
}

class DirectAccount extends models.Model {
    _name = "direct.account";

    inbox_counts() {
        return [{ id: 1, address: "zoe@willow.direct.example.com", unread: 1 }];
    }
}

const LETTER = {
    id: 1,
    name: "DM1",
    subject: "Report",
    body: "<b>Dear</b> colleague,\nall is well.",
    sender: "Dr. Ann Lee",
    from_address: "ann.lee@lakeside.direct.example.com",
    to_address: "zoe@willow.direct.example.com",
    at: "2026-03-02 10:00:00",
    is_unread: false,
    is_done: false,
    has_account: true,
    practice_ids: [1],
    company_id: 1,
    referral: "",
    referral_id: false,
    patient: false,
    claim: { name: "Mary Quill", birthdate: "1980-02-29", sex: "female", zip: "05401" },
    claim_agrees: true,
    contradicts: false,
    proposals: [],
    note_kinds: [],
    documents: [],
    thread: [],
};
const STRONG = {
    patient_id: 7,
    name: "Mary Quill",
    birthdate: "1980-02-29",
    record_number: "",
    level: "strong",
    reasons: "same name, same birth date; postal code differs",
    comparison: [
        { item: "Name", said: "Mary Quill", known: "Mary Quill", differs: false },
        { item: "ZIP code", said: "05401", known: "05402", differs: true },
    ],
};
let READ = {};

mockBus();
defineMailModels();
defineModels([DirectMessage, DirectAccount]);

const ARCH = `
    <list js_class="direct_inbox" create="false">
        <field name="is_unread" column_invisible="1"/>
        <field name="has_documents" column_invisible="1"/>
        <field name="patient_id" column_invisible="1"/>
        <field name="filed_under" column_invisible="1"/>
        <field name="subject" column_invisible="1"/>
        <field name="received_at" column_invisible="1"/>
        <field name="sender" widget="direct_inbox_row"/>
    </list>`;

async function openInbox(letter = {}) {
    READ = { 1: { ...LETTER, ...letter }, 2: { ...LETTER, id: 2, subject: "Question" } };
    for (const method of ["action_mark_read", "action_done", "action_file", "action_reply"]) {
        onRpc("direct.message", method, ({ args }) => {
            expect.step([method, ...args]);
            if (method === "action_mark_read") {
                READ[args[0][0]].is_unread = false;
            }
            return true;
        });
    }
    await mountView({ type: "list", resModel: "direct.message", arch: ARCH });
}

async function openFirst(letter) {
    await openInbox(letter);
    await contains(".o_data_row:first .o_data_cell").click();
    await animationFrame();
}

test("a message that could not be opened is tried again by clicking it again", async () => {
    let isDown = true;
    onRpc("inbox_read", () => (isDown ? new Response("", { status: 502 }) : undefined));
    await openInbox();
    const row = ".o_data_row:first .o_data_cell:first";
    await contains(row).click();
    await animationFrame();
    expect(".o_direct_pane [role=alert]").toHaveText(/The server can't be reached/);

    isDown = false;
    await contains(row).click();
    await animationFrame();
    expect(".o_direct_pane [role=alert]").toHaveCount(0);
    expect("#o_direct_pane_heading").toHaveCount(1);

    isDown = true;
    await contains(".o_data_row:last .o_data_cell:first").click();
    await animationFrame();
    expect("#o_direct_pane_heading").toHaveCount(0);
    isDown = false;
    await contains(".o_direct_pane button:contains(Try Again)").click();
    await animationFrame();
    expect("#o_direct_pane_heading").toHaveCount(1);
});

test("unread is said in words, not by bold alone; documents and patient show", async () => {
    await openInbox();
    expect(".o_direct_inbox_row:first .visually-hidden").toHaveText("Unread:");
    expect(".o_direct_inbox_row:first").toHaveClass("fw-bold");
    expect(".o_direct_inbox_row:first [aria-label='Has attachments']").toHaveCount(1);
    expect(".o_direct_inbox_row:last .visually-hidden").toHaveCount(0);
    expect(".o_direct_inbox_row:last .o_direct_inbox_patient").toHaveText("Not matched");
});

test("a message opens beside the list and takes the focus", async () => {
    await openFirst();
    expect("#o_direct_pane_heading").toHaveText("Report");
    expect("#o_direct_pane_heading").toBeFocused();
    expect(".o_data_row:first").toHaveClass("o_direct_inbox_open");
    expect(".o_data_row").toHaveCount(2);
});

test("the letter is text: nothing in it becomes an element or a link", async () => {
    await openFirst({ body: "<b>Dear</b> <a href='https://example.com'>click</a>" });
    expect(".o_direct_pane_body").toHaveText("<b>Dear</b> <a href='https://example.com'>click</a>");
    expect(".o_direct_pane_body *").toHaveCount(0);
});

test("arrows lead through the list, the open message follows; Escape leads back", async () => {
    await openFirst();
    queryOne(".o_data_row:first .o_data_cell").focus();
    await press("ArrowDown");
    await advanceTime(300);
    await animationFrame();
    expect("#o_direct_pane_heading").toHaveText("Question");
    expect(".o_data_row:last .o_data_cell").toBeFocused();
    await press("Enter");
    await animationFrame();
    expect("#o_direct_pane_heading").toBeFocused();
    await press("Escape");
    await animationFrame();
    await animationFrame();
    expect("#o_direct_pane_heading").toHaveCount(0);
    expect(".o_data_row:last .o_data_cell").toBeFocused();
});

test("a strong proposal is filed by one click, with its reasons", async () => {
    await openFirst({ proposals: [STRONG] });
    expect(".o_direct_pane_patient li").toHaveText(
        /Likely match: Mary Quill.*same name, same birth date; postal code differs/s
    );
    await contains("button:contains('File under Mary Quill')").click();
    expect.verifySteps([["action_file", [1], 7]]);
});

test("both sides are shown before filing, and what differs is marked", async () => {
    await openFirst({ proposals: [STRONG] });
    expect(".o_direct_comparison tbody tr").toHaveCount(2);
    expect(".o_direct_comparison tr.text-danger").toHaveText(/ZIP code.*05401.*05402.*differs/s);
    expect(".o_direct_comparison tr:not(.text-danger):contains(Mary Quill)").toHaveCount(1);
});

test("a weaker one asks first, and says what does not agree", async () => {
    await openFirst({ proposals: [{ ...STRONG, level: "possible" }] });
    expect(".o_direct_pane_patient li").toHaveText(/Possible match: Mary Quill/);
    await contains("button:contains('File under Mary Quill')").click();
    expect(".modal").toHaveText(/postal code differs/);
    expect.verifySteps([]);
    await contains(".modal .btn-primary").click();
    expect.verifySteps([["action_file", [1], 7]]);
});

test("a message filed under somebody it is not about says so", async () => {
    await openFirst({ patient: { id: 8, name: "Ruth Okonjo", birthdate: "" }, contradicts: true });
    expect(".o_direct_pane_patient").toHaveText(/Filed under.*Ruth Okonjo/s);
    expect(".o_direct_pane_patient [role=status]").toHaveText(
        /names a different patient: Mary Quill/
    );
});

// That they are shown in a frame that can do nothing is in the tour: HOOT cannot look past it.
const DOCUMENT = {
    ...{ size: 1024, mimetype: "", notice: "", url: "/4", view_url: "/4/view", shown_as: "" },
    ...{ kind: "File", pages: 0, is_dangerous: false },
};

test("the original is offered, and read again with what changed said", async () => {
    onRpc("direct.message", "action_read_again", () => {
        READ[1].body = "All of it";
        return {
            params: { title: "Read Again", message: "DM1 changed: Message.", type: "success" },
        };
    });
    await openFirst({ original: { url: "/web/content/9?download=true", size: 2048 } });
    expect(queryOne("a:contains(Original Message)")).toHaveAttribute(
        "href",
        "/web/content/9?download=true"
    );
    await contains("button:contains(Read Again)").click();
    await animationFrame();
    expect(".o_direct_pane_body").toHaveText("All of it");
    expect(".o_notification:contains(DM1 changed: Message.)").toHaveCount(1);
});

test("what is no letter says what it is", async () => {
    await openFirst({ nature: "Delivery notice" });
    expect(".o_direct_pane .badge:contains(Delivery notice)").toHaveCount(1);
});

test("documents: pages are loaded one by one, and a picture that fails says so", async () => {
    const fax = { id: 4, name: "fax.tif", shown_as: "pages", pages: 3, kind: "Fax" };
    await openFirst({ documents: [{ ...DOCUMENT, ...fax }] });
    expect(".o_direct_pane_document").toHaveText(/Fax, 3 pages, 1/);
    await contains("button:contains('Show')").click();
    expect(".o_direct_pane_page").toHaveCount(3);
    expect(".o_direct_pane_page:last").toHaveAttribute("data-src", "/4/view?page=3");
    expect(".o_direct_pane_page:last").toHaveAttribute("alt", "fax.tif, page 3");
    await manuallyDispatchProgrammaticEvent(queryFirst(".o_direct_pane_page"), "error");
    await animationFrame();
    expect(".o_direct_pane_document [role=alert]").toHaveText(/can't be shown here/);
});

test("documents: a program takes two clicks, and says what it is", async () => {
    const program = { id: 4, name: "a.exe", is_dangerous: true, notice: "This is a program." };
    await openFirst({ documents: [{ ...DOCUMENT, ...program }] });
    expect(".o_direct_pane_document a").toHaveCount(0);
    await contains(".o_direct_pane_document button:contains('Download')").click();
    expect(".modal-body").toHaveText("This is a program.");
    expect(".modal-footer button:first").toHaveText("Download Anyway");
});

test("documents: what can be shown has a button for it, the rest is saved only", async () => {
    const document = { ...DOCUMENT, view_url: "" };
    await openFirst({
        documents: [
            { ...document, id: 4, name: "a.xml", shown_as: "cda", url: "/4", view_url: "/4/view" },
            { ...document, id: 5, name: "b.exe", url: "/5", notice: "From c.zip." },
        ],
    });
    expect(".o_direct_pane_document button:contains('Show')").toHaveCount(1);
    expect(".o_direct_pane_document:first button").toHaveText(/Show\s*a\.xml/);
    expect(".o_direct_pane_document:last a").toHaveAttribute("href", "/5");
    expect(".o_direct_pane_document:last a").toHaveAttribute("download", "b.exe");
    expect(".o_direct_pane_document:last").toHaveText(/From c\.zip\./);
});

test("what is done is closed", async () => {
    await openFirst();
    await contains("button:contains('Done')").click();
    expect.verifySteps([["action_done", [1]]]);
    expect("#o_direct_pane_heading").toHaveCount(0);
});

test("a message that is opened is marked as read, once", async () => {
    await openFirst({ is_unread: true });
    expect.verifySteps([["action_mark_read", [1]]]);
});
