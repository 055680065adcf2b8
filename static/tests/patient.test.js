import { expect, test } from "@odoo/hoot";
import { animationFrame } from "@odoo/hoot-mock";
import {
    defineModels,
    fields,
    getService,
    models,
    mountWithCleanup,
} from "@web/../tests/web_test_helpers";
import { defineMailModels } from "@mail/../tests/mail_test_helpers";
import { browser } from "@web/core/browser/browser";
import { WebClient } from "@web/webclient/webclient";
import { mockBus } from "./helpers";

class Person extends models.Model {
    _name = "person";

    name = fields.Char();
    direct_is_patient = fields.Boolean();

    _records = [
        { id: 1, name: "Mary Quill", direct_is_patient: true },
        { id: 2, name: "Maya Chen", direct_is_patient: false },
    ];
    _views = {
        form: `<form><field name="name"/><field name="direct_is_patient" invisible="1"/></form>`,
    };
}

mockBus();
defineMailModels();
defineModels([Person]);

for (const [id, name, isKept] of [
    [1, "Mary Quill", false],
    [2, "Maya Chen", true],
]) {
    test(`${name}: what the browser keeps ${isKept ? "has" : "does not have"} the name`, async () => {
        await mountWithCleanup(WebClient);
        await getService("action").doAction({
            type: "ir.actions.act_window",
            res_model: "person",
            res_id: id,
            views: [[false, "form"]],
        });
        await animationFrame();
        expect("[name=name] input").toHaveValue(name);
        const state = browser.sessionStorage.getItem("current_state") || "";
        expect(state.includes(name)).toBe(isKept);
        expect(document.title.includes(name)).toBe(isKept);
    });
}
