import { expect, press, queryAllTexts, setInputFiles, test } from "@odoo/hoot";
import { animationFrame, Deferred } from "@odoo/hoot-mock";
import {
    contains,
    makeServerError,
    MockServer,
    mockService,
    mountView,
    onRpc,
    patchWithCleanup,
} from "@web/../tests/web_test_helpers";
import { mailModels } from "@mail/../tests/mail_test_helpers";
import { browser } from "@web/core/browser/browser";
import { formatSize } from "@direct_messaging/documents/documents";
import { defineDirectModels, DirectReferral } from "./helpers";

defineDirectModels();

const MB = 1024 * 1024;
const INPUT = ".o_direct_document_input";
const SIZE = ".o_direct_document_size";

/** Opens a referral with these documents, of which a message can carry 10 MB. */
async function openReferral(documents, { readonly = false, ...values } = {}) {
    mailModels.IrAttachment._records = documents.map((document, index) => ({
        id: index + 1,
        mimetype: "application/pdf",
        ...document,
    }));
    Object.assign(DirectReferral._records[0], {
        document_ids: mailModels.IrAttachment._records.map(({ id }) => id),
        size_limit: 10 * MB,
        ...values,
    });
    await mountView({
        type: "form",
        resModel: "direct.referral",
        resId: 1,
        arch: `
            <form js_class="direct_draft_form">
                <field name="state"/>
                <field name="subject"/>
                <field name="include_ccda" invisible="1"/>
                <field name="ccda_size" invisible="1"/>
                <field name="document_ids" widget="direct_documents" readonly="${readonly}"/>
            </form>`,
    });
}

/** A server that takes files, and steps their names. */
function acceptUploads() {
    mockService("http", {
        post(route, { ufile, model, id }) {
            expect.step([route, model, id, ...ufile.map((file) => file.name)]);
            const ids = MockServer.env["ir.attachment"].create(
                ufile.map(({ name, size }) => ({
                    name,
                    mimetype: "text/plain",
                    file_size: size,
                }))
            );
            return JSON.stringify(MockServer.env["ir.attachment"].read(ids));
        },
    });
}

/** A file that says to be of this size. */
function makeFile(name, size) {
    return Object.defineProperty(new File(["x"], name), "size", { value: size });
}

async function choose(...files) {
    await contains("button:contains(Add Documents)").click();
    await setInputFiles(files);
    await animationFrame();
    await animationFrame();
}

test("sizes are written for people", () => {
    expect(formatSize(0)).toBe("0 kB");
    expect(formatSize(1536)).toBe("1.5 kB");
    expect(formatSize(2.1 * MB)).toBe("2.1 MB");
    expect(formatSize(10 * MB)).toBe("10 MB");
    expect(formatSize(3000 * 1024 * MB)).toBe("3,000 GB");
});

test("each document has a name, an icon, a size and a link", async () => {
    await openReferral([
        { name: "note.pdf", file_size: 2 * MB },
        { name: "scan.png", mimetype: "image/png", file_size: MB },
        { name: "list.csv", mimetype: "text/csv", file_size: 2048 },
        { name: "drawing.svg", mimetype: "image/svg+xml", file_size: 1024 },
    ]);
    expect(queryAllTexts(".o_direct_document")).toEqual([
        "note.pdf\n2 MB\nView",
        "scan.png\n1 MB\nView",
        "list.csv\n2 kB",
        "drawing.svg\n1 kB",
    ]);
    expect(".fa-file-pdf-o").toHaveCount(1);
    expect(".fa-file-image-o").toHaveCount(2);
    expect(".fa-file-text-o").toHaveCount(1);
    for (const [index, href] of [
        "/web/content/1",
        "/web/content/2",
        "/web/content/3?download=true",
        "/web/content/4?download=true",
    ].entries()) {
        expect(`.o_direct_document a:eq(${index})`).toHaveAttribute("href", href);
    }
    expect(".o_direct_document a:eq(0)").toHaveAttribute("target", "_blank");
});

test("tells how much of the limit is used", async () => {
    await openReferral([
        { name: "a.pdf", file_size: 2 * MB },
        { name: "b.pdf", file_size: MB / 8 },
    ]);
    expect(SIZE).toHaveText("2.1 MB of 10 MB");
    expect(SIZE).not.toHaveClass("text-danger");
    expect("meter").toHaveValue(2.125 * MB);
});

test("tells when it is too much, and what to do", async () => {
    await openReferral([{ name: "a.pdf", file_size: 12.125 * MB }]);
    expect(SIZE).toHaveText(
        "12.1 MB of 10 MB\n2.1 MB too large. Remove a document or make one smaller."
    );
    expect(SIZE).toHaveClass("text-danger");
});

test("uploads after saving the draft, and saves the document with it", async () => {
    acceptUploads();
    onRpc("direct.referral", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await openReferral([]);
    await contains("[name=subject] input").edit("Cardiology", { confirm: false });
    await choose(makeFile("a.txt", 1024), makeFile("b.txt", 2048));
    const [first, second] = MockServer.env["ir.attachment"].search([["name", "like", ".txt"]]);
    expect.verifySteps([
        { subject: "Cardiology" },
        ["/web/binary/upload_attachment", "direct.referral", 1, "a.txt", "b.txt"],
        {
            document_ids: [
                [4, first],
                [4, second],
            ],
        },
    ]);
    expect(queryAllTexts(".o_direct_document a")).toEqual(["a.txt", "b.txt"]);
    expect(SIZE).toHaveText("3 kB of 10 MB");
});

test("a file that is too large is not uploaded at all", async () => {
    acceptUploads();
    await openReferral([{ name: "a.pdf", file_size: 4 * MB }]);
    await choose(makeFile("mri.zip", 7 * MB));
    expect.verifySteps([]);
    expect(".o_notification_bar").toHaveClass("bg-danger");
    expect(".o_notification_content").toHaveText(
        "“mri.zip” (7 MB) is too large. 6 MB of 10 MB is left; make it smaller or remove another document."
    );
    expect(".o_direct_document").toHaveCount(1);
});

test("of several files, those for which there is room are uploaded", async () => {
    acceptUploads();
    await openReferral([]);
    await choose(makeFile("a.txt", 6 * MB), makeFile("b.txt", 6 * MB), makeFile("c.txt", 3 * MB));
    expect.verifySteps([["/web/binary/upload_attachment", "direct.referral", 1, "a.txt", "c.txt"]]);
    expect(".o_notification_content").toHaveText(/b.txt/);
});

test("while it uploads it says so, and after a failure it can be tried again", async () => {
    const answer = new Deferred();
    mockService("http", { post: () => answer });
    await openReferral([]);
    await choose(makeFile("a.txt", 1024));
    expect("[role=status]:contains(Uploading)").toHaveText("Uploading a.txt…");
    expect("button:contains(Add Documents)").not.toBeEnabled();

    answer.reject(new Error("The connection broke."));
    await animationFrame();
    await animationFrame();
    expect(".o_direct_kept_alert").toHaveText("a.txt wasn't uploaded. Add it again.");
    expect("button:contains(Add Documents)").toBeEnabled();
});

test("one file that the server refuses does not keep out the others", async () => {
    mockService("http", {
        post: () => {
            const [id] = MockServer.env["ir.attachment"].create([
                { name: "b.txt", mimetype: "text/plain", file_size: 1024 },
            ]);
            return JSON.stringify([{ error: "a.txt is empty." }, { id, name: "b.txt" }]);
        },
    });
    await openReferral([]);
    await choose(makeFile("a.txt", 1024), makeFile("b.txt", 1024));
    expect(".o_notification_content").toHaveText(/a.txt is empty./);
    expect(queryAllTexts(".o_direct_document a")).toEqual(["b.txt"]);
});

test("removes by a button that says what, and saves", async () => {
    onRpc("direct.referral", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    await openReferral([
        { name: "a.pdf", file_size: MB },
        { name: "b.pdf", file_size: MB },
    ]);
    await contains("button[aria-label='Remove a.pdf']").click();
    expect.verifySteps([{ document_ids: [[3, 1]] }]);
    expect(queryAllTexts(".o_direct_document a")).toEqual(["b.pdf"]);
    expect(SIZE).toHaveText("1 MB of 10 MB");
});

test("readonly, documents can only be looked at", async () => {
    await openReferral([{ name: "a.pdf", file_size: MB }], { readonly: true });
    expect(".o_direct_document a").toHaveCount(1);
    expect(SIZE).toHaveText("1 MB of 10 MB");
    expect(INPUT).toHaveCount(0);
    expect(queryAllTexts(".o_field_widget[name=document_ids] button")).toEqual(["View"]);
});

test("the C-CDA stands first, counts, and cannot be removed", async () => {
    await openReferral([{ name: "a.pdf", file_size: MB }], {
        include_ccda: true,
        ccda_size: 15 * 1024,
    });
    expect(".list-group > li:first").toHaveText(
        "Referral Note (C-CDA, for the recipient's EHR)\n15 kB\nView"
    );
    expect(".o_direct_ccda button").toHaveCount(1);
    expect(SIZE).toHaveText("1 MB of 10 MB");
});

test("switched off, there is no C-CDA in the list", async () => {
    await openReferral([{ name: "a.pdf", file_size: MB }], { include_ccda: false, ccda_size: 9 });
    expect(".o_direct_ccda").toHaveCount(0);
    expect(".o_direct_document").toHaveCount(1);
});

test("viewing the C-CDA saves what was typed, then opens the page", async () => {
    onRpc("direct.referral", "web_save", ({ args }) => {
        expect.step(args[1]);
    });
    patchWithCleanup(browser, { open: (...target) => expect.step(target) });
    await openReferral([], { include_ccda: true });
    await contains("[name=subject] input").edit("Cardiology", { confirm: false });
    await contains("button[aria-label='View the C-CDA Referral Note']").click();
    await animationFrame();
    expect.verifySteps([
        { subject: "Cardiology" },
        ["/direct_messaging/referral/1/ccda", "_blank", "noopener"],
    ]);
});

test("what could not be saved is not shown as if it would be sent", async () => {
    onRpc("direct.referral", "web_save", () => {
        throw makeServerError({ message: "The subject is too long." });
    });
    patchWithCleanup(browser, { open: () => expect.step("opened") });
    await openReferral([], { include_ccda: true });
    await contains("[name=subject] input").edit("Cardiology", { confirm: false });
    await contains("button[aria-label='View the C-CDA Referral Note']").click();
    await animationFrame();
    expect.verifySteps([]);
    expect(".o_direct_kept_alert").toHaveText("The subject is too long.");
});

test("a document is viewed in place", async () => {
    await openReferral([{ name: "scan.png", mimetype: "image/png", file_size: MB }]);
    await contains("button[aria-label='View scan.png']").click();
    expect(".o-FileViewer").toHaveCount(1);
    expect(".o-FileViewer-header").toHaveText(/scan.png/);

    await press("Escape");
    await animationFrame();
    expect(".o-FileViewer").toHaveCount(0);
});

const FAX = {
    name: "fax.tif",
    mimetype: "image/tiff",
    file_size: 4096,
    direct_kind: "tiff",
    direct_warning: "Some recipients can't open this type of file. Add a PDF copy to be safe.",
    direct_offer: "pdf",
};

test("what the recipient may not be able to open is said, and a PDF is offered once", async () => {
    onRpc("direct.referral", "document_as_pdf", ({ args }) => {
        expect.step(args);
        const [id] = MockServer.env["ir.attachment"].create([
            { name: "fax.tif.pdf", mimetype: "application/pdf", file_size: 5120 },
        ]);
        return id;
    });
    await openReferral([FAX]);
    expect(".o_direct_document_warning").toHaveText(
        /^Some recipients can't open this type of file/
    );
    expect("button:contains(View)").toHaveCount(0);
    await contains("button:contains(Add PDF Copy)").click();
    await animationFrame();
    expect.verifySteps([[[1], 1]]);
    expect(queryAllTexts(".o_direct_document a")).toEqual(["fax.tif", "fax.tif.pdf"]);
    expect(".o_direct_document_warning").toHaveCount(1);
    expect("button:contains(Add PDF Copy)").toHaveCount(0);
});

test("what was sent carries no warning", async () => {
    await openReferral([FAX], { readonly: true });
    expect(".o_direct_document").toHaveCount(1);
    expect(".o_direct_document_warning").toHaveCount(0);
});

test("a picture is made smaller only after both sizes were seen", async () => {
    onRpc("direct.referral", "document_smaller", () => {
        const [id] = MockServer.env["ir.attachment"].create([
            { name: "photo.jpg", mimetype: "image/jpeg", file_size: MB / 2 },
        ]);
        return { id, before: 4 * MB, after: MB / 2 };
    });
    onRpc("ir.attachment", "unlink", ({ args }) => {
        expect.step(args[0]);
    });
    await openReferral([
        { name: "photo.png", mimetype: "image/png", file_size: 4 * MB, direct_offer: "smaller" },
    ]);
    await contains("button:contains(Make Smaller)").click();
    expect(".modal-body").toHaveText(
        "It has 4 MB now and would have 512 kB. Small details may be harder to see."
    );
    await contains(".modal button:contains(Keep Original)").click();
    expect.verifySteps([[2]]);
    expect(queryAllTexts(".o_direct_document a")).toEqual(["photo.png"]);

    await contains("button:contains(Make Smaller)").click();
    await contains(".modal button:contains(Use Smaller Copy)").click();
    await animationFrame();
    expect(queryAllTexts(".o_direct_document a")).toEqual(["photo.jpg"]);
});
