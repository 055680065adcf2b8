import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { Command, defineModels, fields, models } from "@web/../tests/web_test_helpers";

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

    state = fields.Selection({
        selection: [
            ["draft", "Draft"],
            ["sent", "Sent"],
        ],
        default: "draft",
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
    documents_size = fields.Integer();
    size_limit = fields.Integer();

    _records = [{ id: 1, state: "draft", subject: "Referral", reason: "" }];

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

export class DirectMessage extends models.Model {
    _name = "direct.message";
}

export function defineDirectModels() {
    defineMailModels();
    defineModels([ClinicNote, DirectMessage, DirectReferral, DirectReferralRecipient]);
}
