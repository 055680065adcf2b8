import { user } from "@web/core/user";
import { markRaw, useState, useEnv } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { deserializeDateTime } from "@web/core/l10n/dates";
import { pick } from "@web/core/utils/objects";
import { Reactive } from "@web/core/utils/reactive";
import { uuid } from "@web/core/utils/strings";
import { debounce } from "@web/core/utils/timing";
import { describe } from "../kept_form/failure";
import { FIELDS, fieldsOf, SECTIONS } from "./fields";

const CHECK_DELAY = 300;
const CHECK_AGAIN_DELAY = 5000;

/** Where a state of the enrollment leads; in the other states one goes on where one is. */
const STEPS = { verified: "done", locked: "locked", review: "review", ended: "ended" };

const names = Object.keys(FIELDS);
const keptNames = names.filter((name) => !FIELDS[name].isSecret);

/** @returns {number} the milliseconds of a date and time of the server */
export function toMillis(at) {
    return deserializeDateTime(at).toMillis();
}

/**
 * All that one window knows of its enrollment. What is typed, secrets above all, is nowhere else:
 * it lives as long as the window, and `wipe` ends it.
 */
export class EnrollmentStore extends Reactive {
    constructor(orm, id) {
        super();
        this.orm = markRaw(orm);
        this.id = id;
        this.data = null; // what `load` returned
        this.step = "";
        this.status = null;
        this.hasFailed = false; // by the last attempt: only its own answer tells
        this.busy = ""; // the method that the user waits for
        this.errors = {}; // by method, what went wrong the last time
        this.failures = 0; // each is to be brought to attention
        this.taken = 0; // how many statuses have been taken
        this.past = {}; // times that have come while one was waiting
        this.forget();
        this.checkSoon = debounce(() => this.check(), CHECK_DELAY);
    }

    /** What keeps what is typed: `useKeeper` takes it. */
    get keptWindow() {
        return {
            savesItself: () => this.step === "form",
            isDirty: async () => this.isDirty,
            save: () => this.saveDraft(),
            look: () => this.refresh(),
            settle: (name, isMine) => isMine || this.put(name, this.kept[name]),
        };
    }

    forget() {
        this.values = {};
        this.kept = {}; // of the values, what the server keeps
        this.version = 0; // of what is kept
        this.numbers = {}; // what was typed for the kinds that are not chosen at the moment
        this.checks = {}; // by field, what the server said of which version of it
        this.versions = Object.fromEntries(names.map((name) => [name, 0]));
        this.settled = {}; // fields that have been left, or were valid: their mistakes are shown
        this.questions = null;
        this.key = "";
        this.unchecked = new Set();
    }

    /** The window closes: what is not kept is gone. */
    wipe() {
        this.checkSoon.cancel();
        browser.clearTimeout(this.checkTimer);
        this.step = ""; // fields that vanish are left: that is no reason to check them
        this.forget();
    }

    // Talking to the server

    /**
     * What was typed goes in the context: Odoo's debug log writes the arguments of a call, but not
     * its context.
     */
    ask(method, ...args) {
        const context = { ...user.context, enrollment_arguments: args };
        return this.orm.call("direct.enrollment", "step", [[this.id], method], { context });
    }

    /** @returns the answer; undefined if there was none, which `errors` tells */
    async call(method, ...args) {
        try {
            const answer = await this.ask(method, ...args);
            delete this.errors[method];
            return answer;
        } catch (error) {
            const { kind, sentence, advice } = describe(error);
            if (kind === "session") {
                this.keeper.fail(error); // it offers to log in
            } else {
                this.errors[method] = [sentence, advice].filter(Boolean).join(" ");
            }
        }
    }

    /** Calls for the user, who can do one thing at a time, however often the button is pressed. */
    async act(method, ...args) {
        if (this.busy) {
            return;
        }
        this.busy = method;
        this.errors = {};
        try {
            const answer = await this.call(method, ...args);
            if (answer === undefined) {
                this.failures++;
            }
            return answer;
        } finally {
            this.busy = "";
        }
    }

    async load() {
        const data = await this.act("load");
        if (data) {
            this.setData(data);
        }
    }

    async accept({ id, sha256 }) {
        const data = await this.act("accept", id, sha256);
        if (data) {
            this.setData(data);
        }
    }

    /** Asks where the enrollment stands. */
    async refresh() {
        const { taken } = this;
        const status = await this.call("status");
        if (status && taken !== this.taken) {
            return this.refresh(); // another answer came in between: this one may be the older
        }
        if (status) {
            this.setStatus(status);
        }
    }

    async callMe() {
        const status = await this.act("call_me", this.values.call_phone);
        if (status) {
            this.setStatus(status);
        }
    }

    /**
     * One key stands for one attempt: if it is not known what became of it, pressing again asks
     * for the outcome of the same attempt.
     */
    async verify() {
        if (!this.canVerify) {
            return;
        }
        this.key ||= uuid() + uuid(); // each has half the length of a real one
        const status = await this.act("verify", this.evidence, this.key);
        if (status) {
            this.key = "";
            this.hasFailed = status.failed;
            this.failures += Number(status.failed);
            this.setStatus(status);
        } else {
            this.refresh(); // it may have gone through all the same
        }
    }

    setData(data) {
        this.data = data;
        this.step = data.step;
        this.hasFailed = data.status.failed;
        this.takeStatus(data.status);
        this.takeKept(data.form);
        this.checkSoon();
    }

    /** Takes what the server keeps; what is typed here stays. */
    takeKept({ values, version }) {
        if (!version) {
            values = this.kept = {}; // not kept any longer: what is typed is to be kept anew
        }
        const conflicts = [];
        const changed = [];
        for (const name of keptNames) {
            const [before, mine, theirs] = [this.kept, this.values, values].map(
                (each) => each[name] || ""
            );
            if (theirs === before || theirs === mine) {
                continue;
            }
            const label = FIELDS[name].label;
            if (mine !== before) {
                conflicts.push({ name, label, mine, theirs });
            } else {
                this.put(name, theirs);
                if (this.version) {
                    changed.push(label);
                }
            }
        }
        Object.assign(this, { kept: { ...values }, version });
        Object.assign(this.keeper, { conflicts, changed });
    }

    /** Has a value in a field that was not typed in it. */
    put(name, value) {
        this.values[name] = value;
        this.settled[name] = true;
        this.versions[name]++;
        this.checkFields(name);
    }

    takeStatus(status) {
        this.taken++;
        this.status = status;
    }

    setStatus(status) {
        this.takeStatus(status);
        const step = STEPS[status.state];
        if (step) {
            this.step = step;
            this.errors = {}; // what they say is settled
        } else if (Object.values(STEPS).includes(this.step)) {
            this.load(); // it can go on
        }
    }

    // Typing

    change(name, value) {
        const { number } = FIELDS[name];
        if (number) {
            this.numbers[this.values[name]] = this.values[number];
            this.values[number] = this.numbers[value];
        }
        this.values[name] = value;
        for (const changed of [name, ...(FIELDS[name].with || [])]) {
            this.versions[changed]++;
        }
        this.checkFields(name);
        if (!FIELDS[name].isSecret) {
            this.keeper.touch();
        }
    }

    leave(name) {
        this.settled[name] = true;
        if (this.checks[name]?.version !== this.versions[name]) {
            this.checkFields(name);
        }
    }

    checkFields(name) {
        for (const related of [name, ...(FIELDS[name].with || [])]) {
            this.unchecked.add(related);
        }
        this.checkSoon();
    }

    async check() {
        const asked = [...this.unchecked].filter((name) => this.isAsked(name));
        if (!asked.length || this.step !== "form") {
            return;
        }
        const versions = pick(this.versions, ...asked);
        const values = Object.fromEntries(asked.map((name) => [name, this.values[name] || ""]));
        this.unchecked.clear();
        const reasons = await this.call("check", values);
        if (!reasons) {
            asked.forEach((name) => this.unchecked.add(name));
            this.checkTimer = browser.setTimeout(() => this.check(), CHECK_AGAIN_DELAY);
            return;
        }
        // What has changed since then is being checked anew.
        for (const name of asked.filter((name) => versions[name] === this.versions[name])) {
            this.checks[name] = { reason: reasons[name], version: versions[name] };
            this.settled[name] ||= this.isValid(name);
        }
    }

    get isDirty() {
        return keptNames.some((name) => (this.values[name] || "") !== (this.kept[name] || ""));
    }

    async saveDraft() {
        const values = Object.fromEntries(keptNames.map((name) => [name, this.values[name] || ""]));
        try {
            this.version = await this.ask("save_draft", values, this.version);
            this.kept = values;
        } catch (error) {
            if (describe(error).kind !== "changed") {
                throw error;
            }
            const { form } = await this.ask("load");
            this.takeKept(form);
            if (!this.keeper.conflicts.length) {
                return this.saveDraft();
            }
        }
        return [];
    }

    /** Whether closing the window loses something: what is secret is kept nowhere. */
    get isAtStake() {
        const isTyped = names.some((name) => FIELDS[name].isSecret && this.values[name]);
        return this.step === "form" && (isTyped || Boolean(this.questions) || this.isDirty);
    }

    // What is typed, and what is missing

    isAsked(name) {
        const { kind, kinds } = FIELDS[name];
        return !kinds || kinds.includes(this.values[kind]);
    }

    isValid(name) {
        const check = this.checks[name];
        return (
            Boolean(this.values[name]) &&
            check?.reason === false &&
            check.version === this.versions[name]
        );
    }

    getReason(name) {
        return (this.settled[name] && this.checks[name]?.reason) || "";
    }

    getOptions(name) {
        return this.data.form[FIELDS[name].options].map((option) =>
            Array.isArray(option) ? option : [option, option]
        );
    }

    /** A number is called by its kind. */
    getLabel(name) {
        const { kind, label } = FIELDS[name];
        const chosen = kind && this.getOptions(kind).find(([key]) => key === this.values[kind]);
        return chosen ? chosen[1] : label;
    }

    getMissing(section) {
        const { more } = SECTIONS[section];
        const missing = fieldsOf(section)
            .filter((name) => this.isAsked(name) && !this.isValid(name))
            .filter((name) => FIELDS[name].isRequired || this.values[name])
            .map((name) => this.getLabel(name));
        return more && !more.isDone(this) ? [...missing, more.label] : missing;
    }

    isReady(section) {
        return !this.getMissing(section).length;
    }

    get canVerify() {
        return !this.busy && Object.keys(SECTIONS).every((section) => this.isReady(section));
    }

    get isRecorded() {
        const { state, code_expires_at } = this.status.call;
        return state === "recorded" && !this.past[code_expires_at];
    }

    get evidence() {
        const asked = names.filter((name) => this.isAsked(name));
        const values = asked.map((name) => [name, this.values[name] || ""]);
        if (this.values.financial_kind === "knowledge") {
            values.push(["questions_id", this.questions.id]);
        }
        return Object.fromEntries(values);
    }

    // Knowledge questions

    get hasAnswered() {
        return Boolean(this.questions) && !this.question && !this.questions.isOver;
    }

    get question() {
        const { questions } = this;
        return questions && !questions.isOver && questions.list[questions.index];
    }

    /** Each set uses a try, and takes the place of the one before. */
    async getQuestions() {
        const person = fieldsOf("general").map((name) => [name, this.values[name] || ""]);
        const answer = await this.act("questions", Object.fromEntries(person));
        if (answer) {
            this.questions = {
                id: answer.id,
                list: answer.questions,
                milliseconds: answer.seconds_per_question * 1000,
                index: -1,
                isOver: false,
            };
            this.status.questions_tries_left = answer.tries_left;
            this.askNext();
        }
    }

    askNext() {
        const { questions } = this;
        questions.index++;
        questions.choice = "";
        questions.until = Date.now() + questions.milliseconds;
    }

    async answer() {
        const { questions, question } = this;
        if (await this.act("answer", questions.id, question.id, questions.choice)) {
            this.askNext();
        } else if (Date.now() >= questions.until) {
            this.endQuestions(); // the clock has run out while the answer was under way
        }
    }

    endQuestions() {
        if (this.busy !== "answer") {
            this.questions.isOver = true;
            this.refresh();
        }
    }
}

/** @returns {EnrollmentStore} the one of the window in which a component is */
export function useEnrollment() {
    return useState(useEnv().enrollment);
}
