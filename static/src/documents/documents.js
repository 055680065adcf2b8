/* global odoo */

import { useRef, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { browser } from "@web/core/browser/browser";
import { FileModel } from "@web/core/file_viewer/file_model";
import { useFileViewer } from "@web/core/file_viewer/file_viewer_hook";
import { ConfirmationDialog } from "@web/core/confirmation_dialog/confirmation_dialog";
import { useHotkey } from "@web/core/hotkeys/hotkey_hook";
import { useFileUploader } from "@web/core/utils/files";
import { useService } from "@web/core/utils/hooks";
import {
    Many2ManyBinaryField,
    many2ManyBinaryField,
} from "@web/views/fields/many2many_binary/many2many_binary_field";

const UNITS = ["kilobyte", "megabyte", "gigabyte"];

const ARCHIVES = ["xdm", "zip", "gzip", "tar", "rar", "7z", "archive"];
const DANGERS = ["program", "script", "shortcut", "disk"];
const MAILS = ["eml", "msg", "tnef", "signed", "encrypted"];

/** Icons of Font Awesome by the kind of a file, where its mimetype does not say it. */
export const ICONS_BY_KIND = {
    word: "fa-file-word-o",
    word97: "fa-file-word-o",
    rtf: "fa-file-word-o",
    opendocument: "fa-file-word-o",
    excel: "fa-file-excel-o",
    excel97: "fa-file-excel-o",
    powerpoint: "fa-file-powerpoint-o",
    powerpoint97: "fa-file-powerpoint-o",
    audio: "fa-file-audio-o",
    video: "fa-file-video-o",
    ...Object.fromEntries(ARCHIVES.map((kind) => [kind, "fa-file-archive-o"])),
    ...Object.fromEntries(DANGERS.map((kind) => [kind, "fa-exclamation-triangle"])),
    ...Object.fromEntries(MAILS.map((kind) => [kind, "fa-envelope-o"])),
};

/** Icons of Font Awesome by the beginning of a mimetype. */
const ICONS = {
    "application/pdf": "fa-file-pdf-o",
    "image/": "fa-file-image-o",
    "text/": "fa-file-text-o",
    "application/zip": "fa-file-archive-o",
};

/** What every browser shows; a fax (TIFF) and a photo of a phone (HEIC) are not among them. */
const VIEWABLE = [
    "application/pdf",
    "image/bmp",
    "image/gif",
    "image/jpeg",
    "image/png",
    "image/webp",
];

/**
 * @param {number} bytes
 * @returns {string} the size for people, such as "2.1 MB"
 */
export function formatSize(bytes) {
    let value = bytes / 1024;
    let unit = 0;
    while (value >= 1024 && unit < UNITS.length - 1) {
        value /= 1024;
        unit++;
    }
    return new Intl.NumberFormat(user.lang, {
        style: "unit",
        unit: UNITS[unit],
        maximumFractionDigits: 1,
    }).format(value);
}

/**
 * The documents that go with a referral, and how much of what a message can carry they take up.
 * Uploading and removing save at once, so the form has to be one that keeps drafts
 * (`direct_draft_form`).
 */
export class DocumentsField extends Many2ManyBinaryField {
    static template = "direct_messaging.DocumentsField";

    setup() {
        super.setup();
        this.upload = useFileUploader();
        this.fileViewer = useFileViewer();
        this.dialog = useService("dialog");
        // Before the dialog below: Escape is one step back, not two
        useHotkey("escape", () => this.fileViewer.close(), {
            global: true,
            isAvailable: () => Boolean(document.querySelector(".o-FileViewer")),
        });
        this.inputRef = useRef("fileInput");
        this.state = useState({ uploading: "" });
    }

    /** The server counts what it will send; before it has counted, the files on show are summed. */
    get size() {
        const ccdaSize = this.hasCcda ? this.ccdaSize : 0;
        const sum = this.files.reduce((total, file) => total + file.file_size, ccdaSize);
        return this.props.record.data.documents_size || sum;
    }

    get limit() {
        return this.props.record.data.size_limit;
    }

    get isTooLarge() {
        return this.limit > 0 && this.size > this.limit;
    }

    get sizeSentence() {
        const size = formatSize(this.size);
        return this.limit
            ? _t("%(size)s of %(limit)s", { size, limit: formatSize(this.limit) })
            : size;
    }

    get tooLargeSentence() {
        return _t(
            "%s too large. Remove a document or make one smaller.",
            formatSize(this.size - this.limit)
        );
    }

    /** Files that a browser shows by itself are opened, others are downloaded. */
    isViewable({ mimetype }) {
        return VIEWABLE.includes(mimetype);
    }

    /** @override */
    getUrl(file) {
        return `/web/content/${file.id}` + (this.isViewable(file) ? "" : "?download=true");
    }

    /**
     * The C-CDA goes with the message as long as its switch is on: it is not in the list. Forms of
     * what carries none, such as a letter, leave both of its fields out.
     */
    get hasCcda() {
        return this.props.record.data.include_ccda;
    }

    get ccdaSize() {
        return this.props.record.data.ccda_size;
    }

    /** Shows what is going to be sent, so what is written so far is saved first. */
    async viewCcda() {
        const { record } = this.props;
        if (record.isDraft && !(await this.env.keeper.save())) {
            return;
        }
        const url = `/direct_messaging/referral/${record.resId}/ccda`;
        browser.open(url, "_blank", "noopener");
    }

    view(document) {
        const files = this.files.map(({ id, name, mimetype }) =>
            Object.assign(new FileModel(), { id, name, mimetype })
        );
        this.fileViewer.open(
            files.find((file) => file.id === document.id),
            files
        );
    }

    viewLabel(name) {
        return _t("View %s", name);
    }

    getIcon({ mimetype, direct_kind }) {
        if (direct_kind in ICONS_BY_KIND) {
            return ICONS_BY_KIND[direct_kind];
        }
        const known = Object.keys(ICONS).find((start) => mimetype.startsWith(start));
        return ICONS[known] || "fa-file-o";
    }

    formatSize(bytes) {
        return formatSize(bytes);
    }

    removeLabel(file) {
        return _t("Remove %s", file.name);
    }

    // --- what the recipient may not be able to open ------------------------------------------

    /** A PDF is not offered twice. */
    isOffered(what, { name, direct_offer }) {
        const hasPdf = this.files.some((file) => file.name === `${name}.pdf`);
        return !this.props.readonly && direct_offer === what && !(what === "pdf" && hasPdf);
    }

    call(method, documentId) {
        const { resModel, resId } = this.props.record;
        return this.orm.call(resModel, method, [[resId], documentId]);
    }

    addPdf({ id }) {
        return this.env.keeper.run(async () => {
            await this.operations.saveRecord([await this.call("document_as_pdf", id)]);
        });
    }

    /** Nothing is made smaller unless somebody who has seen both sizes says so. */
    makeSmaller({ id, name }) {
        return this.env.keeper.run(async () => {
            const copy = await this.call("document_smaller", id);
            this.dialog.add(ConfirmationDialog, {
                title: _t("Make %s smaller?", name),
                body: _t(
                    "It has %(before)s now and would have %(after)s. Small details may be harder to see.",
                    { before: formatSize(copy.before), after: formatSize(copy.after) }
                ),
                confirmLabel: _t("Use Smaller Copy"),
                confirm: () =>
                    this.env.keeper.run(async () => {
                        await super.onFileRemove(id);
                        await this.operations.saveRecord([copy.id]);
                    }),
                cancelLabel: _t("Keep Original"),
                cancel: () => this.orm.unlink("ir.attachment", [copy.id]),
            });
        });
    }

    async onFilesChosen(ev) {
        const files = this.refuseTooLarge([...ev.target.files]);
        ev.target.value = null; // so that the same file can be chosen again
        if (!files.length) {
            return;
        }
        this.state.uploading = files.map((file) => file.name).join(", ");
        try {
            await this.env.keeper.run(() => this.uploadAll(files));
        } finally {
            this.state.uploading = "";
        }
    }

    async uploadAll(files) {
        const { record } = this.props;
        let uploaded;
        try {
            uploaded = await this.upload("/web/binary/upload_attachment", {
                csrf_token: odoo.csrf_token,
                ufile: files,
                model: record.resModel,
                id: record.resId,
            });
        } catch {
            // Without an answer, or with a page instead of one
            const text = _t("%s wasn't uploaded. Add it again.", this.state.uploading);
            this.env.keeper.problems = [{ field: this.props.name, text }];
            return;
        }
        await this.onFileUploaded(uploaded || []);
    }

    /**
     * @param {File[]} files
     * @returns {File[]} those for which there is room; the user is told about the others
     */
    refuseTooLarge(files) {
        if (!this.limit) {
            return files;
        }
        let left = Math.max(this.limit - this.size, 0);
        return files.filter((file) => {
            if (file.size <= left) {
                left -= file.size;
                return true;
            }
            this.notification.add(
                _t(
                    "“%(name)s” (%(size)s) is too large. %(left)s of %(limit)s is left; make it smaller or remove another document.",
                    {
                        name: file.name,
                        size: formatSize(file.size),
                        limit: formatSize(this.limit),
                        left: formatSize(left),
                    }
                ),
                { type: "danger" }
            );
            return false;
        });
    }

    /** @override to link what was accepted, also when another file was refused. */
    async onFileUploaded(files) {
        for (const { error } of files.filter((file) => file.error)) {
            this.notification.add(error, { title: _t("Upload failed"), type: "danger" });
        }
        const ids = files.filter((file) => !file.error).map((file) => file.id);
        await this.operations.saveRecord(ids);
    }

    /** @override */
    async onFileRemove(id) {
        await super.onFileRemove(id);
        await this.env.keeper.save();
    }
}

export const documentsField = {
    ...many2ManyBinaryField,
    component: DocumentsField,
    displayName: _t("Referral documents"),
    fieldDependencies: [
        { name: "documents_size", type: "integer" },
        { name: "size_limit", type: "integer" },
    ],
    relatedFields: [
        ...many2ManyBinaryField.relatedFields,
        { name: "file_size", type: "integer" },
        { name: "direct_kind", type: "char" },
        { name: "direct_warning", type: "char" },
        { name: "direct_offer", type: "char" },
    ],
};

registry.category("fields").add("direct_documents", documentsField);
