import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import {
    getService,
    makeServerError,
    mountWithCleanup,
    onRpc,
} from "@web/../tests/web_test_helpers";
import { WebClient } from "@web/webclient/webclient";
import { defineDirectModels, refused } from "./helpers";

defineDirectModels();

const SENTENCE = "This only works for messages you have received.";

for (const [model, error, title] of [
    ["direct.message", makeServerError({ message: SENTENCE }), "Direct Messaging"],
    ["direct.message", refused(["subject", SENTENCE]), "Direct Messaging"],
    ["clinic.note", makeServerError({ message: SENTENCE }), "Invalid Operation"],
]) {
    test(`${error.exceptionName} of ${model}, without a form that shows it`, async () => {
        expect.errors(1);
        onRpc(model, "action_done", () => {
            throw error;
        });
        await mountWithCleanup(WebClient);
        getService("orm").call(model, "action_done", [[1]]);
        await animationFrame();
        await animationFrame();
        expect.verifyErrors([SENTENCE]);
        expect(".modal-title").toHaveText(title);
        expect(".modal-body").toHaveText(SENTENCE);
    });
}
