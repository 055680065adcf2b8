import { advanceTime, expect, test } from "@odoo/hoot";
import { makeMockEnv, makeServerError, onRpc } from "@web/../tests/web_test_helpers";
import { ConnectionLostError } from "@web/core/network/rpc";
import { NoAnswerError } from "@direct_messaging/kept_form/failure";
import { Keeper } from "@direct_messaging/kept_form/keeper";
import { changedElsewhere, defineDirectModels, refused } from "./helpers";

defineDirectModels();

const ERRORS = {
    offline: () => new ConnectionLostError("/web"),
    slow: () => new NoAnswerError(),
    session: () => makeServerError({ errorName: "odoo.http.SessionExpiredException" }),
    server: () => makeServerError({ errorName: "builtins.KeyError", message: "Mary Quill" }),
    forbidden: () => makeServerError({ type: "AccessError", message: "Not yours.\n\nrule 12" }),
    changed: changedElsewhere,
    refused: () => refused(["subject", "Enter a subject."]),
};

/** A window in which `typed` is to be saved, and what the server has by now. */
function makeWindow({ savesItself = true } = {}) {
    const window = {
        typed: "",
        stored: "",
        error: null,
        attempts: 0,
        looks: 0,
        heldBack: [],
        savesItself: () => savesItself,
        isDirty: async () => window.typed !== window.stored,
        async save() {
            window.attempts++;
            if (window.error) {
                throw window.error();
            }
            if (!window.heldBack.length) {
                window.stored = window.typed;
            }
            return window.heldBack;
        },
        async look() {
            if (window.error) {
                throw window.error();
            }
            window.looks++;
        },
    };
    return window;
}

function type(keeper, window, text) {
    window.typed = text;
    keeper.touch();
}

for (const kind of ["offline", "slow", "session", "server", "forbidden", "changed"]) {
    test(`${kind}: says what happened, waits longer each time, and saves in the end`, async () => {
        await makeMockEnv();
        onRpc("/direct_messaging/token", () => "another token");
        const window = makeWindow();
        const keeper = new Keeper(window);
        window.error = ERRORS[kind];
        type(keeper, window, "Chest pain");
        await advanceTime(600);
        expect(keeper.status).toBe("failed");
        expect(keeper.failure.kind).toBe(kind);
        expect(keeper.failure.sentence).not.toInclude("Mary Quill");
        expect(keeper.failure.sentence).not.toInclude("rule 12");
        expect(window.attempts).toBe(1);

        for (const [wait, attempts] of [
            [1500, 1],
            [600, 2],
            [3300, 2],
            [800, 3],
        ]) {
            await advanceTime(wait);
            if (kind !== "session") {
                expect(window.attempts).toBe(attempts);
            }
        }
        window.error = null;
        await advanceTime(60_000);
        expect(window.stored).toBe("Chest pain");
        expect(keeper.status).toBe("saved");
        expect(keeper.failure).toBe(null);
    });
}

test("what has to be mended is not tried again before it is", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    window.error = ERRORS.refused;
    type(keeper, window, "Chest pain");
    await advanceTime(120_000);
    expect(window.attempts).toBe(1);
    expect(keeper.problems).toEqual([{ field: "subject", text: "Enter a subject." }]);

    keeper.forgetProblem("subject");
    expect(keeper.problems).toEqual([]);
    window.error = null;
    type(keeper, window, "Chest pain, acute");
    await advanceTime(600);
    expect(window.stored).toBe("Chest pain, acute");
});

test("when the connection is back, nothing waits", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    window.error = ERRORS.offline;
    type(keeper, window, "Chest pain");
    await advanceTime(600);
    window.error = null;
    await keeper.retry();
    expect(window.stored).toBe("Chest pain");
    await advanceTime(120_000);
    expect(window.attempts).toBe(2);
});

test("what is typed while it is saved is saved after it", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    type(keeper, window, "Chest");
    const saved = keeper.save();
    type(keeper, window, "Chest pain");
    await saved;
    expect(await keeper.save()).toBe(true);
    expect(window.stored).toBe("Chest pain");
});

test("what is held back is not saved, and says so", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    window.heldBack = ["Fill in Patient."];
    type(keeper, window, "Chest pain");
    expect(await keeper.save()).toBe(false);
    expect(keeper.heldBack).toEqual(["Fill in Patient."]);
    window.heldBack = [];
    expect(await keeper.save()).toBe(true);
    expect(keeper.status).toBe("saved");
});

test("an error of the program is not hidden", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    window.error = () => new TypeError("A bug");
    type(keeper, window, "Chest pain");
    await expect(keeper.save()).rejects.toThrow("A bug");
    window.error = null;
    expect(await keeper.save()).toBe(true);
});

test("a window with a Save button saves by it alone, then sees it through", async () => {
    const window = makeWindow({ savesItself: false });
    const keeper = new Keeper(window);
    type(keeper, window, "https://hisp");
    await advanceTime(120_000);
    expect(window.attempts).toBe(0);

    window.error = ERRORS.offline;
    await keeper.save();
    await advanceTime(2000);
    expect(window.attempts).toBe(2);

    // Half of another address: what was asked for is no longer what the window says
    type(keeper, window, "https://hisp-b.te");
    window.error = null;
    await advanceTime(120_000);
    expect(window.stored).toBe("");
    await keeper.save();
    expect(window.stored).toBe("https://hisp-b.te");
});

test("after a button without an answer, what became of it is looked up", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    window.error = ERRORS.offline;
    keeper.failAction(ERRORS.offline());
    await advanceTime(2000);
    expect(window.looks).toBe(0);
    window.error = null;
    await advanceTime(4000);
    expect(window.looks).toBe(1);
    expect(keeper.failure).toBe(null);
});

test("a button that was pressed on an older version shows the newer one at once", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    keeper.failAction(changedElsewhere());
    await advanceTime(0);
    expect(window.looks).toBe(1);
    expect(keeper.problems).toEqual([{ field: "", text: "This was changed in another window." }]);
});

test("what is done on the server for the window comes after what was typed", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    type(keeper, window, "Chest pain");
    expect(await keeper.run(() => expect.step(window.stored))).toBe(true);
    expect.verifySteps(["Chest pain"]);
    expect(window.looks).toBe(1);

    type(keeper, window, "Chest pain, acute");
    window.error = ERRORS.offline;
    expect(await keeper.run(() => expect.step("never"))).toBe(false);
});

test("a closed window does not ask any more", async () => {
    const window = makeWindow();
    const keeper = new Keeper(window);
    window.error = ERRORS.offline;
    type(keeper, window, "Chest pain");
    await advanceTime(600);
    keeper.stop();
    await advanceTime(120_000);
    expect(window.attempts).toBe(1);
});
