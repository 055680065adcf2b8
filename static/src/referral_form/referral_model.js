import { toRaw } from "@odoo/owl";
import { RelationalModel } from "@web/model/relational_model/relational_model";

/**
 * A referral that, as long as it is a draft, can be saved at any moment. A draft may lack what a
 * referral needs: only the buttons that do something with it ask for all required fields.
 */
export class ReferralRecord extends RelationalModel.Record {
    get isDraft() {
        return this.data.state === "draft";
    }

    /**
     * Saves all that is written so far, also what is being typed, complete or not.
     *
     * @param {{ reload?: boolean }} [options] `reload` reads the record again in the same step, so
     *  that nothing written in the meantime can fall in between
     * @returns {Promise<boolean>} whether it is saved
     */
    async saveDraft({ reload = false } = {}) {
        await this.model._askChanges();
        return this.model.mutex.exec(async () => {
            const saved = await this._leniently(() => this._save({ reload: false }));
            if (saved && reload) {
                await this._load();
            }
            return saved;
        });
    }

    /** @override */
    async urgentSave() {
        // An untouched new record is not worth a draft: it stays subject to its required fields.
        return this.isDraft && !this.isNew
            ? this._leniently(() => super.urgentSave())
            : super.urgentSave();
    }

    async _leniently(save) {
        this._isLenient = true;
        try {
            return await save();
        } finally {
            this._isLenient = false;
        }
    }

    /**
     * @override
     * Without options this is a look at what was just loaded: a draft just opened is no mistake.
     */
    _checkValidity(options = {}) {
        if (this._isLenient || (this.isDraft && !Object.keys(options).length)) {
            const invalidFields = [...toRaw(this._invalidFields)];
            return invalidFields.every((name) => this._unsetRequiredFields.has(name));
        }
        return super._checkValidity(options);
    }
}

export class ReferralModel extends RelationalModel {
    static Record = ReferralRecord;

    setup() {
        super.setup(...arguments);
        // Records in dialogs are not saved when the page is closed, because most of them belong to
        // a record below. A referral in a dialog stands for itself.
        this.env = Object.create(this.env, { inDialog: { value: false } });
    }
}
