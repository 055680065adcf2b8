import { EventBus } from "@odoo/owl";
import { beforeEach } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import {
    Command,
    defineModels,
    fields,
    getKwArgs,
    getService,
    makeServerError,
    mockService,
    models,
} from "@web/../tests/web_test_helpers";

const OURS = "odoo.addons.direct_messaging.exceptions.";

export function changedElsewhere() {
    return makeServerError({
        errorName: `${OURS}ChangedElsewhere`,
        message: "This was changed in another window.",
    });
}

/** @param {[string, string][]} problems field and text of each */
export function refused(...problems) {
    return makeServerError({
        errorName: `${OURS}Problems`,
        message: problems.map(([, text]) => text).join("\n"),
        context: { problems: problems.map(([field, text]) => ({ field, text })) },
    });
}

let news;

/**
 * A bus that is connected, and tells what a test has told. The worker of the real one connects in
 * its own time, and a page that is not connected looks for news by itself.
 */
export function mockBus() {
    beforeEach(() => {
        news = new EventBus();
        const listeners = new Map();
        mockService("bus_service", {
            workerState: "CONNECTED",
            start() {},
            addChannel() {},
            subscribe(type, callback) {
                listeners.set(callback, ({ detail }) => callback(detail, {}));
                news.addEventListener(type, listeners.get(callback));
            },
            unsubscribe(type, callback) {
                news.removeEventListener(type, listeners.get(callback));
            },
        });
    });
}

/** Tells the page news, as the server does. */
export async function tellNews(type, payload) {
    news.trigger(`direct_messaging/${type}`, payload);
    await animationFrame();
}

/** Tells the page what becomes of its connection: `BUS:${event}`. */
export async function tellConnection(event, detail) {
    getService("bus_service").trigger(`BUS:${event}`, detail);
    await animationFrame();
}

/** The note of some EHR, which inherits the referral mixin. */
export class ClinicNote extends models.Model {
    _name = "clinic.note";

    title = fields.Char({ required: true });

    _records = [{ id: 1, title: "Chest pain" }];

    direct_referral_channels() {
        return [
            { key: "direct", label: "Direct Message", icon: "fa-envelope-o" },
            { key: "print", label: "Print", icon: "fa-print" },
        ];
    }

    action_send_referral(ids, key) {
        return { type: "ir.actions.act_window", name: `Referral by ${key}` };
    }

    direct_delivery() {
        return [];
    }
}

export class DirectReferral extends models.Model {
    _name = "direct.referral";

    version = fields.Integer({ readonly: true });
    state = fields.Selection({
        selection: [
            ["draft", "Draft"],
            ["sent", "Sent"],
        ],
        default: "draft",
        readonly: true,
    });
    subject = fields.Char({ trim: true });
    reason = fields.Text({ trim: true });
    recipient_ids = fields.One2many({
        relation: "direct.referral.recipient",
        relation_field: "referral_id",
    });
    document_ids = fields.Many2many({ relation: "ir.attachment" });
    include_ccda = fields.Boolean();
    ccda_size = fields.Integer();
    documents_size = fields.Integer({ readonly: true });
    size_limit = fields.Integer();

    _records = [{ id: 1, version: 1, state: "draft", subject: "Referral", reason: "" }];

    /** As `direct.draft` on the server: what is not the version that is stored is refused. */
    web_save() {
        const { context, ids } = getKwArgs(arguments, "ids", "vals", "specification", "next_id");
        const shown = context?.direct_shown;
        if (shown) {
            const [{ version }] = this.browse(ids);
            if (shown.version !== version) {
                throw changedElsewhere();
            }
            this.write(ids, { version: version + 1 });
        }
        return super.web_save(...arguments);
    }

    search_recipients() {
        return { entries: [], notice: false };
    }

    add_recipient(ids, { name, address, organization, status, status_reason }) {
        const values = { name, address, organization, status, status_reason };
        this.write(ids, { recipient_ids: [Command.create(values)] });
    }

    remove_recipient(ids, recipientId) {
        this.env["direct.referral.recipient"].unlink([recipientId]);
    }

    direct_delivery() {
        return [];
    }
}

export class DirectReferralRecipient extends models.Model {
    _name = "direct.referral.recipient";

    referral_id = fields.Many2one({ relation: "direct.referral" });
    name = fields.Char();
    address = fields.Char();
    organization = fields.Char();
    status = fields.Selection({
        selection: [
            ["verified", "Verified"],
            ["unverified", "Not verified"],
            ["invalid", "Not a Direct address"],
            ["pending", "Checking"],
        ],
    });
    status_reason = fields.Char();
}

export class DirectAccount extends models.Model {
    _name = "direct.account";

    inbox_counts() {
        return [];
    }
}

export class DirectMessage extends models.Model {
    _name = "direct.message";
}

export function defineDirectModels() {
    mockBus();
    defineMailModels();
    defineModels([
        ClinicNote,
        DirectAccount,
        DirectMessage,
        DirectReferral,
        DirectReferralRecipient,
    ]);
}
