import { markRaw, onMounted, onWillUnmount, useExternalListener, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { useService } from "@web/core/utils/hooks";
import { Reactive } from "@web/core/utils/reactive";
import { debounce } from "@web/core/utils/timing";
import { describe } from "./failure";
import { renewToken } from "./session";

/** Milliseconds: until what is typed is saved, for an answer, and until it is tried again. */
export const patience = { typing: 600, answer: 20_000, again: 2_000, longest: 60_000 };

/**
 * Sees to it that nothing typed in a window is lost: saves it, says how that went, and tries again
 * until it is saved. What is typed itself stays where it is, in the window.
 *
 * - `status`: "", "saving", "saved" or "failed"
 * - `failure`: why the last attempt failed, as `describe` has it, while it is tried again
 * - `problems`: what the user has to mend, each with the field it is about
 * - `heldBack`: why something typed cannot be saved yet
 * - `changed`: what was changed in another window, and is shown here now
 * - `conflicts`: what was changed both here and there: { name, label, mine, theirs }
 * - `leftovers`: what can never be saved, because the draft was sent meanwhile: { label, text }
 */
export class Keeper extends Reactive {
    /**
     * @param {Object} window
     * @param {() => boolean} window.savesItself whether typing saves, or only a button
     * @param {() => Promise<boolean>} window.isDirty whether something typed is not saved
     * @param {() => Promise<string[]>} window.save saves; returns what is held back and why
     * @param {() => Promise<void>} window.look shows what the server has now; what is typed stays
     * @param {(name: string, isMine: boolean) => void} [window.settle] settles a conflict
     */
    constructor(window) {
        super();
        this.window = markRaw(window);
        this.queue = markRaw({ last: Promise.resolve() });
        this.saveSoon = debounce(() => this.save(), patience.typing);
        this.reset();
    }

    reset() {
        this.stop();
        Object.assign(this, {
            status: "",
            failure: null,
            problems: [],
            heldBack: [],
            changed: [],
            conflicts: [],
            leftovers: [],
        });
        this.attempts = 0;
        this.isWanted = false; // to be saved, by a button that was pressed
        this.isUnclear = false; // whether something that was asked for has happened
    }

    /** Whether there is something for the user to read. */
    get isTelling() {
        const { failure, problems, changed, conflicts, leftovers } = this;
        return Boolean(
            failure || problems.length || changed.length || conflicts.length || leftovers.length
        );
    }

    get maySave() {
        return this.window.savesItself() || this.isWanted;
    }

    /** The window closes. */
    stop() {
        this.saveSoon.cancel();
        browser.clearTimeout(this.timer);
    }

    /** Something was typed. */
    touch() {
        if (this.window.savesItself()) {
            this.saveSoon();
        } else {
            this.isWanted = false; // half of a value is not saved because of what was there before
        }
    }

    /** A field has another value: what was wrong with it is no longer known to be. */
    forgetProblem(field) {
        this.problems = this.problems.filter((problem) => problem.field !== field);
    }

    /**
     * Saves all that is typed by now.
     *
     * @returns {Promise<boolean>} false if something remains unsaved
     */
    save() {
        this.isWanted = true;
        return this.go();
    }

    go() {
        this.saveSoon.cancel();
        const saved = this.queue.last.then(() => this.saveNow());
        this.queue.last = saved.catch(() => {});
        return saved;
    }

    async saveNow() {
        if (this.conflicts.length) {
            return false; // the user has to choose first
        }
        browser.clearTimeout(this.timer);
        try {
            if (this.failure?.kind === "session") {
                await renewToken();
            }
            const isDirty = this.maySave && (await this.window.isDirty());
            if (isDirty) {
                this.status = "saving";
            }
            this.heldBack = isDirty ? await this.window.save() : [];
            if (this.isUnclear) {
                await this.window.look();
                this.isUnclear = false;
            }
            this.failure = null;
            this.attempts = 0;
            if (this.conflicts.length || this.heldBack.length) {
                this.status = this.conflicts.length ? "failed" : "";
                return false;
            }
            this.isWanted = false;
            this.status = isDirty || this.status === "saved" ? "saved" : "";
            return true;
        } catch (error) {
            this.fail(error);
            return false;
        }
    }

    /**
     * Does something on the server for the window, with all saved that was typed before, then shows
     * what has become of it.
     *
     * @returns {Promise<boolean>} whether it was done
     */
    async run(action) {
        if (!(await this.save())) {
            return false;
        }
        this.problems = [];
        try {
            await action();
        } catch (error) {
            this.failAction(error);
            return false;
        }
        this.isUnclear = true; // so that it is looked up, now or later
        return this.save();
    }

    fail(error) {
        const { kind, sentence, advice, problems } = describe(error);
        this.status = "failed";
        if (kind === "refused") {
            this.failure = null;
            this.problems = problems;
            return;
        }
        if (kind === "changed") {
            this.problems = problems;
        }
        this.failure = { kind, sentence, advice };
        const delay = Math.min(patience.again * 2 ** this.attempts++, patience.longest);
        browser.clearTimeout(this.timer);
        this.timer = browser.setTimeout(() => this.go(), delay);
    }

    /** What a button asked for failed: whether it has happened is looked up as soon as possible. */
    failAction(error) {
        const { kind, problems } = describe(error);
        if (kind === "refused") {
            this.problems = problems; // what is typed is saved all the same
            return;
        }
        this.fail(error);
        this.isUnclear = true;
        if (kind === "changed") {
            this.failure = null; // `problems` has it, until the user has looked
            this.go();
        }
    }

    /** The connection is back, or the user is: there is no reason to wait any longer. */
    retry() {
        if (this.failure) {
            this.attempts = 0;
            return this.go();
        }
    }

    choose({ name }, isMine) {
        this.window.settle(name, isMine);
        this.conflicts = this.conflicts.filter((conflict) => conflict.name !== name);
        if (!this.conflicts.length) {
            this.failure = null;
            this.problems = [];
            this.status = "";
            return this.go();
        }
    }
}

/**
 * Keeps what is typed in a component.
 *
 * @param {Object} window as the constructor of `Keeper` has it
 * @returns {Keeper}
 */
export function useKeeper(window) {
    const keeper = useState(new Keeper(window));
    const keepers = useService("direct_messaging.keepers");
    onMounted(() => keepers.add(keeper));
    onWillUnmount(() => {
        keepers.delete(keeper);
        keeper.stop();
    });
    useExternalListener(browser, "online", () => keeper.retry());
    useExternalListener(browser, "focus", () => keeper.retry());
    return keeper;
}
