import { markRaw, toRaw } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";
import { pick } from "@web/core/utils/objects";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { getBasicEvalContext, getFieldsSpec } from "@web/model/relational_model/utils";
import { describe } from "./failure";

const LISTS = ["one2many", "many2many"];
const TYPED = ["char", "text", "integer", "float", "monetary"];
const NEVER_EMPTY = ["boolean", "integer", "float", "monetary"];
const [UPDATE, DELETE] = [1, 2];

function isChangedElsewhere(error) {
    return describe(error).kind === "changed";
}

/**
 * A record of which nothing typed is lost: no failure takes a change back, what is read again comes
 * under what is typed, and saving says which version of the record the window shows.
 */
export class KeptRecord extends RelationalModel.Record {
    /** Whether it is a draft, which may be saved while it is not complete. */
    get isDraft() {
        const isOpen = !("state" in this.data) || this.data.state === "draft";
        return this.model.savesItself && !this._parentRecord && isOpen;
    }

    /** @override to say what the window shows, with all that is asked of the server. */
    get context() {
        const version = this._values?.version;
        if (this._parentRecord || !this.resId || version === undefined) {
            return super.context;
        }
        return {
            ...super.context,
            direct_shown: {
                model: this.resModel,
                id: this.resId,
                version,
                user_id: user.userId,
            },
        };
    }

    isList(name) {
        return LISTS.includes(this.fields[name].type);
    }

    // --- typing ------------------------------------------------------------------------------

    setup() {
        this._waiting = markRaw({}); // by field, the changes that wait until a call under way is answered
        super.setup(...arguments);
    }

    /** @override to show what is typed, not what was there before, while it waits for its turn. */
    update(changes) {
        if (!this._parentRecord && !this.model._urgentSave) {
            for (const name of Object.keys(changes)) {
                if (TYPED.includes(this.fields[name]?.type)) {
                    this._waiting[name] = changes;
                }
            }
            this._showWaiting();
        }
        return super.update(...arguments);
    }

    _showWaiting() {
        for (const [name, changes] of Object.entries(this._waiting)) {
            this.data[name] = changes[name];
        }
    }

    /** @override */
    _setData() {
        super._setData(...arguments);
        this._showWaiting();
    }

    /** @override */
    _applyValues() {
        super._applyValues(...arguments);
        this._showWaiting();
    }

    /** @override */
    _applyChanges() {
        const undo = super._applyChanges(...arguments);
        this._showWaiting();
        return undo;
    }

    /** @override to have what is typed at once, and what the server makes of it when it answers. */
    async _update(changes, options = {}) {
        for (const name of Object.keys(changes)) {
            if (this._waiting[name] === changes) {
                delete this._waiting[name]; // it has its turn
            }
        }
        if (this._parentRecord || options.withoutOnchange || this.model._urgentSave) {
            return super._update(changes, options);
        }
        const names = Object.keys(changes);
        await super._update(changes, { ...options, withoutOnchange: true });
        this.model.hooks.onTyped(names);
        const values = await this._getOnchangeValues(pick(toRaw(this.data), ...names));
        if (Object.keys(values).length) {
            this._applyChanges({}, values);
        }
    }

    /** @override: without an answer, what is typed stays all the same. */
    async _getOnchangeValues(changes) {
        try {
            return await super._getOnchangeValues(changes);
        } catch (error) {
            this.model.hooks.onNoAnswer(error);
            return {};
        }
    }

    // --- saving ------------------------------------------------------------------------------

    /**
     * Saves all that can be saved of a draft, also what is being typed.
     *
     * @returns {Promise<string[]>} why something is held back, a sentence for each
     */
    async keep() {
        await this.model._askChanges();
        return this.model.mutex.exec(() => this._keep());
    }

    async _keep() {
        const held = this._getHeldBack();
        const reasons = Object.values(held);
        const names = this._getSavable(held);
        if (this.isNew ? reasons.length : !names.length) {
            this.dirty = reasons.length > 0;
            return reasons;
        }
        const lists = names.filter((name) => this.isList(name));
        if (this.isNew || (lists.length && !reasons.length)) {
            await this._leniently(() => this._save());
        } else {
            const plain = names.filter((name) => !this.isList(name));
            await this._withTheirs(() => this._savePlain(plain));
        }
        return reasons;
    }

    /** What is stored nowhere, such as a password, goes with a button alone. */
    _getSavable(held) {
        return Object.keys(this._getChanges()).filter(
            (name) => !(name in held) && this.fields[name].store !== false
        );
    }

    /** Saves fields and nothing around them: a line that is being typed stays open. */
    async _savePlain(names) {
        const isPlain = ([name]) => !this.isList(name);
        const activeFields = Object.fromEntries(Object.entries(this.activeFields).filter(isPlain));
        const specification = getFieldsSpec(
            activeFields,
            this.fields,
            getBasicEvalContext(this.config)
        );
        const [values] = await this.model.orm.webSave(
            this.resModel,
            [this.resId],
            pick(this._getChanges(), ...names),
            { context: this.context, specification }
        );
        for (const name of names) {
            delete this._changes[name];
        }
        this._applyValues(values);
        this.dirty = Object.keys(this._changes).length > 0;
    }

    /**
     * @returns {Object} by field, why what is typed in it cannot be saved yet: the server would
     *  refuse all the rest with it
     */
    _getHeldBack() {
        const held = {};
        const names = this.isNew ? Object.keys(this.activeFields) : Object.keys(this._changes);
        for (const name of names) {
            const { required, string, type } = this.fields[name];
            const value = this.data[name];
            if (NEVER_EMPTY.includes(type)) {
                continue;
            }
            if (this.isList(name)) {
                const isOpen = (line) =>
                    line.isInEdition || (line.dirty && !line._checkValidity({ silent: true }));
                if (value.records.some(isOpen)) {
                    held[name] = _t("Finish the line in %s.", string);
                }
            } else if (required && !value && !this._isReadonly(name)) {
                held[name] = _t("Fill in %s.", string);
            }
        }
        for (const name of toRaw(this._invalidFields)) {
            if (!this._unsetRequiredFields.has(name)) {
                held[name] = _t(
                    "%s isn't valid. Correct it or leave it empty.",
                    this.fields[name].string
                );
            }
        }
        return held;
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

    /** @override to see what another window has saved before something is saved over it. */
    async _save(options = {}) {
        if (this._parentRecord || this.model._urgentSave) {
            return super._save(options);
        }
        const { onError } = options;
        return this._withTheirs(() =>
            super._save({
                ...options,
                onError:
                    onError &&
                    ((error, ways) => {
                        if (isChangedElsewhere(error)) {
                            throw error;
                        }
                        return onError(error, ways);
                    }),
            })
        );
    }

    async _withTheirs(save) {
        try {
            return await save();
        } catch (error) {
            if (this.isNew || !isChangedElsewhere(error)) {
                throw error;
            }
            await this._load();
            return this.model.hooks.hasConflicts() ? false : save();
        }
    }

    /** The page is left at once: sends what is typed without waiting for an answer. */
    saveUrgently() {
        this.commitUrgently();
        const names = this._getSavable(this._getHeldBack());
        const args = [[this.resId], pick(this._getChanges(), ...names)];
        const params = {
            model: this.resModel,
            method: "web_save",
            args,
            kwargs: { context: { ...user.context, ...this.context }, specification: {} },
        };
        const body = JSON.stringify({ jsonrpc: "2.0", method: "call", params });
        navigator.sendBeacon(
            `/web/dataset/call_kw/${this.resModel}/web_save`,
            new Blob([body], { type: "application/json" })
        );
    }

    /** Has what is in the inputs in the record, without waiting for anything. */
    commitUrgently() {
        this.model._urgentSave = true;
        Object.values(this._waiting).forEach((changes) => this._update(changes));
        this.model.bus.trigger("WILL_SAVE_URGENTLY");
        this.model._urgentSave = false;
    }

    // --- reading again -----------------------------------------------------------------------

    /** @override to keep what is typed. */
    async _load(nextConfig = {}) {
        if (this._parentRecord || !this.resId) {
            return super._load(nextConfig);
        }
        await this.model._updateConfig(this.config, nextConfig, {
            commit: (values) => {
                const [former, changes] = [this._values, this._changes];
                this._setData(values);
                this.takeOver(former, changes);
            },
        });
    }

    /**
     * Puts what is typed over what was just read.
     *
     * @param {Object} former the values that the window showed before
     * @param {Object} changes what is typed since then
     */
    takeOver(former, changes) {
        const conflicts = [];
        const changed = [];
        const leftovers = [];
        for (const name of Object.keys(this.activeFields)) {
            if (!(name in former) || this.fields[name].readonly) {
                continue; // what is computed was not typed, here or there
            }
            const isTheirs = this._isOther(name, former[name], this._values[name]);
            const label = this.fields[name].string;
            if (!(name in changes)) {
                if (isTheirs && !this.isList(name) && !this._isReadonly(name)) {
                    changed.push(label);
                }
                continue;
            }
            const mine = changes[name];
            if (this.model.savesItself && !this.isDraft) {
                leftovers.push({ label, text: this.toText(name, mine) });
                continue;
            }
            const theirs = this.toText(name, this._values[name]);
            const isConflict = this.isList(name)
                ? this._takeOverLines(name, mine)
                : this._takeOverValue(name, mine) && isTheirs;
            if (isConflict) {
                conflicts.push({ name, label, mine: this.toText(name, mine), theirs });
            }
        }
        this.dirty = Object.keys(this._changes).length > 0;
        this.model.hooks.onReadAgain({ conflicts, changed, leftovers });
    }

    /** @returns {boolean} whether what is typed is another value than the one that was read */
    _takeOverValue(name, mine) {
        const isOther = this._isOther(name, mine, this._values[name]);
        if (isOther) {
            this._applyChanges({ [name]: mine });
        }
        return isOther;
    }

    _isOther(name, one, other) {
        if (this.isList(name)) {
            return JSON.stringify(one.currentIds) !== JSON.stringify(other.currentIds);
        }
        const { type } = this.fields[name];
        const [a, b] = [one, other].map((value) => this._formatServerValue(type, value));
        return (a || false) !== (b || false);
    }

    /**
     * Does with the lines that were read what was done with those before.
     *
     * @returns {boolean} whether one of them was changed here as well as there
     */
    _takeOverLines(name, former) {
        const list = this.data[name];
        const commands = former._getCommands();
        if (!commands.length) {
            return false;
        }
        const isGone = ([kind, id]) =>
            [UPDATE, DELETE].includes(kind) && !list.currentIds.includes(id);
        const isTheirs = ([kind, id]) => {
            const line = list._cache[id];
            const before = former._cache[id];
            return (
                [UPDATE, DELETE].includes(kind) &&
                line?.fieldNames.some(
                    (field) =>
                        !line.isList(field) &&
                        line._isOther(field, before._values[field], line._values[field])
                )
            );
        };
        const isConflict = commands.some((command) => isGone(command) || isTheirs(command));
        list._applyCommands(commands.filter((command) => !isGone(command)));
        this._changes[name] = list;
        return isConflict;
    }

    /** Settles a conflict: what is typed stays to be saved, or what the other window saved is. */
    settle(name, isMine) {
        if (isMine) {
            return;
        }
        if (this.isList(name)) {
            this._changes[name]._discard();
        } else {
            this._applyChanges({ [name]: this._values[name] });
        }
        delete this._changes[name];
        this.dirty = Object.keys(this._changes).length > 0;
    }

    toText(name, value) {
        if (this.isList(name)) {
            const lines = value.records.map(({ data }) => data.name || data.display_name);
            return lines.filter(Boolean).join(", ");
        }
        const field = this.fields[name];
        const format = registry.category("formatters").get(field.type, String);
        return value ? String(format(value, { field })) : "";
    }
}
