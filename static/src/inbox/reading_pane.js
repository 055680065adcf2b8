import { Component, onWillStart, onWillUpdateProps, useEffect, useRef, useState } from "@odoo/owl";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import {
    deserializeDate,
    deserializeDateTime,
    formatDate,
    formatDateTime,
} from "@web/core/l10n/dates";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";
import { KeepLast } from "@web/core/utils/concurrency";
import { useService } from "@web/core/utils/hooks";
import { FormViewDialog } from "@web/views/view_dialogs/form_view_dialog";
import { SelectCreateDialog } from "@web/views/view_dialogs/select_create_dialog";
import { TONES } from "../delivery/delivery";
import { formatSize, ICONS_BY_KIND } from "../documents/documents";
import { describe } from "../kept_form/failure";
import { ImportDialog } from "./import_dialog";

const PDF_VIEWER = "/web/static/lib/pdfjs/web/viewer.html?file=";
const ICONS = {
    pdf: "fa-file-pdf-o",
    image: "fa-file-image-o",
    pages: "fa-file-image-o",
    text: "fa-file-text-o",
    table: "fa-table",
    cda: "fa-heartbeat",
    record: "fa-heartbeat",
};

/**
 * A message that was received (`inbox_read`): the letter as text, its documents, the patient it is
 * filed under or might be about, and the messages it belongs to. Reading it marks it as read.
 */
export class ReadingPane extends Component {
    static template = "direct_messaging.ReadingPane";
    static props = {
        messageId: Number,
        turn: Number, // one more each time that a message is chosen, also the same again
        takesFocus: { type: Boolean, optional: true },
        onOpen: Function,
        onClose: Function,
        onChanged: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.dialog = useService("dialog");
        this.notification = useService("notification");
        this.keepLast = new KeepLast();
        this.headingRef = useRef("heading");
        this.state = useState({
            message: null,
            shown: null,
            failed: null,
            failure: "",
            isBusy: false,
            news: "",
        });
        onWillStart(() => this.load(this.props.messageId));
        onWillUpdateProps(({ messageId, turn }) => {
            if (messageId !== this.props.messageId) {
                this.state.shown = null;
                return this.load(messageId);
            }
            if (turn !== this.props.turn && this.state.failure) {
                return this.load(messageId);
            }
        });
        useEffect(
            (id, takesFocus) => {
                if (takesFocus) {
                    this.headingRef.el?.focus();
                }
            },
            () => [this.props.messageId, this.props.takesFocus]
        );
    }

    get message() {
        return this.state.message;
    }

    async load(messageId = this.props.messageId) {
        try {
            this.state.message = await this.keepLast.add(
                this.orm.call("direct.message", "inbox_read", [[messageId]])
            );
            this.state.failure = "";
        } catch (error) {
            this.state.failure = describe(error).sentence;
            if (this.message?.id !== messageId) {
                this.state.message = null; // nobody takes the one before for this one
            }
            return;
        }
        if (this.message.is_unread) {
            // Not awaited: it shows at once, and being told so must not hold it up
            this.orm
                .call("direct.message", "action_mark_read", [[messageId]])
                .then(() => this.props.onChanged());
        }
    }

    /** Does something with the message; `leaves` when it then belongs elsewhere. */
    async execute(method, args = [], { leaves = false, news = "" } = {}) {
        if (this.state.isBusy) {
            return;
        }
        this.state.isBusy = true;
        try {
            await this.orm.call("direct.message", method, [[this.message.id], ...args]);
            this.state.news = news;
            if (!leaves) {
                await this.load();
            }
            await this.props.onChanged({ leaves });
        } finally {
            this.state.isBusy = false;
        }
    }

    onKeydown(ev) {
        if (ev.key === "Escape") {
            ev.stopPropagation();
            this.props.onClose();
        }
    }

    // --- letter ------------------------------------------------------------------------------

    getTime(at) {
        return formatDateTime(deserializeDateTime(at));
    }

    getDate(day) {
        return day ? formatDate(deserializeDate(day)) : "";
    }

    markUnread() {
        return this.orm
            .call("direct.message", "action_mark_unread", [[this.message.id]])
            .then(() => this.props.onChanged())
            .then(() => this.props.onClose());
    }

    getSize(size) {
        return formatSize(size);
    }

    /** Reads the message again from its original; says what changed. */
    async readAgain() {
        this.state.isBusy = true;
        try {
            const result = await this.orm.call("direct.message", "action_read_again", [
                [this.message.id],
            ]);
            const { title, message, type, sticky } = result.params;
            this.notification.add(message, { title, type, sticky });
            await this.load();
        } finally {
            this.state.isBusy = false;
        }
    }

    async write(method) {
        const action = await this.orm.call("direct.message", method, [[this.message.id]]);
        await this.action.doAction(action, { onClose: () => this.load() });
    }

    // --- documents ---------------------------------------------------------------------------

    getIcon({ shown_as, file_kind }) {
        return ICONS_BY_KIND[file_kind] || ICONS[shown_as] || "fa-file-o";
    }

    /** What the sender says it is, beside what was found. */
    getDeclared({ declared }) {
        return declared ? _t("The sender calls it %s.", declared) : undefined;
    }

    /** What it is, in words: "Fax or scan (TIFF), 3 pages, 34 kB". */
    getKind({ kind, pages, size }) {
        const count = pages > 1 && _t("%s pages", pages);
        return [kind, count, formatSize(size)].filter(Boolean).join(", ");
    }

    /** Its pages, each loaded when it comes into view. */
    getPages({ name, pages, view_url }) {
        return Array.from({ length: pages || 1 }, (_, index) => ({
            number: index + 1,
            url: `${view_url}?page=${index + 1}`,
            label: _t("%(name)s, page %(number)s", { name, number: index + 1 }),
        }));
    }

    onPictureFailed({ id }) {
        this.state.failed = id;
    }

    /** A program is not offered by one click. */
    confirmDownload({ name, notice, url }) {
        this.dialog.add(ConfirmationDialog, {
            title: _t("Download %s?", name),
            body: notice,
            confirmLabel: _t("Download Anyway"),
            confirm: () => browser.open(url, "_blank", "noopener"),
            cancel: () => {},
        });
    }

    getFrame({ shown_as, view_url }) {
        return shown_as === "pdf" ? PDF_VIEWER + encodeURIComponent(view_url) : view_url;
    }

    toggleDocument({ id }) {
        this.state.shown = this.state.shown === id ? null : id;
        this.state.failed = null;
    }

    importFrom(document) {
        this.dialog.add(ImportDialog, {
            messageId: this.message.id,
            documentId: document.id,
            noteKinds: this.message.note_kinds,
        });
    }

    // --- patient -----------------------------------------------------------------------------

    get claimSentence() {
        const { name, birthdate, sex, zip } = this.message.claim;
        const born = birthdate && _t("born %s", this.getDate(birthdate));
        return [name, born, sex, zip].filter(Boolean).join(", ");
    }

    getProposalSentence({ name, level }) {
        switch (level) {
            case "strong":
                return _t("Likely match: %s", name);
            case "possible":
                return _t("Possible match: %s", name);
        }
        return _t("Unlikely match: %s", name);
    }

    file(patient_id, name) {
        return this.execute("action_file", [patient_id], { news: _t("Filed under %s.", name) });
    }

    confirmFile(proposal) {
        if (proposal.level === "strong") {
            return this.file(proposal.patient_id, proposal.name);
        }
        this.dialog.add(ConfirmationDialog, {
            title: _t("File under %s?", proposal.name),
            body: _t("Some details don't match: %s.", proposal.reasons),
            confirmLabel: _t("File under %s", proposal.name),
            confirm: () => this.file(proposal.patient_id, proposal.name),
            cancel: () => {},
        });
    }

    choosePatient() {
        this.dialog.add(SelectCreateDialog, {
            title: _t("Choose the Patient"),
            resModel: "res.partner",
            domain: [
                ["direct_is_patient", "=", true],
                ["company_id", "in", [this.message.company_id, false]],
            ],
            multiSelect: false,
            noCreate: true,
            onSelected: ([patientId]) => this.file(patientId, _t("the patient you chose")),
        });
    }

    createPatient() {
        const { claim } = this.message;
        this.dialog.add(FormViewDialog, {
            title: _t("Create Patient"),
            resModel: "res.partner",
            context: {
                default_direct_is_patient: true,
                default_company_id: this.message.company_id,
                default_name: claim?.name || false,
                default_direct_birthdate: claim?.birthdate || false,
                default_direct_sex: claim?.sex || false,
                default_zip: claim?.zip || false,
            },
            onRecordSaved: (record) => this.file(record.resId, record.data.name),
        });
    }

    openPatient() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "res.partner",
            res_id: this.message.patient.id,
            views: [[false, "form"]],
        });
    }

    openReferral() {
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "direct.referral",
            res_id: this.message.referral_id,
            views: [[false, "form"]],
        });
    }

    chooseAccount() {
        this.dialog.add(SelectCreateDialog, {
            title: _t("Assign to an Address"),
            resModel: "direct.account",
            domain: [["practice_id", "in", this.message.practice_ids]],
            multiSelect: false,
            noCreate: true,
            onSelected: ([accountId]) => this.execute("action_assign", [accountId]),
        });
    }

    // --- thread ------------------------------------------------------------------------------

    getLook({ tone }) {
        return TONES[tone];
    }

    openInThread(row) {
        if (row.is_incoming) {
            return this.props.onOpen(row.id, true);
        }
        return this.action.doAction({
            type: "ir.actions.act_window",
            res_model: "direct.message",
            res_id: row.id,
            views: [[false, "form"]],
            target: "new",
        });
    }
}
