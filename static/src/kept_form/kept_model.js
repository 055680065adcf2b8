import { pick } from "@web/core/utils/objects";
import { RelationalModel } from "@web/model/relational_model/relational_model";
import { NoAnswerError } from "./failure";
import { KeptRecord } from "./kept_record";
import { patience } from "./keeper";

/** Asks the server, but waits no longer for an answer than a person should have to. */
function patiently(orm) {
    return Object.assign(Object.create(orm), {
        call() {
            const asked = orm.call.apply(this, arguments);
            let timer;
            const isOver = new Promise((resolve, reject) => {
                timer = setTimeout(() => {
                    asked.abort?.(false);
                    reject(new NoAnswerError());
                }, patience.answer);
            });
            return Promise.race([asked, isOver]).finally(() => clearTimeout(timer));
        },
    });
}

export class KeptModel extends RelationalModel {
    static Record = KeptRecord;
    static withCache = false; // what is typed is nowhere but in the window and on the server

    setup(params) {
        super.setup(...arguments);
        this.savesItself = params.savesItself;
        this.orm = patiently(this.orm);
    }

    /** @override to keep what was typed while a button was at work. */
    async load(params = {}) {
        const former = this.root;
        await super.load(params);
        if (former && former.resId === this.root.resId) {
            const stored = Object.keys(former._changes).filter(
                (name) => former.fields[name].store !== false
            );
            if (stored.length) {
                this.root.takeOver(former._values, pick(former._changes, ...stored));
            }
        }
    }
}
