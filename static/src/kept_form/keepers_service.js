import { UncaughtPromiseError } from "@web/core/errors/error_service";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { kindOf } from "./failure";
import { holdPressedButtons } from "./press";

/** The windows in which something is typed. */
export const keepersService = {
    start() {
        const keepers = new Set();
        holdPressedButtons(() => keepers.size > 0);
        return {
            add: (keeper) => keepers.add(keeper),
            delete: (keeper) => keepers.delete(keeper),
            [Symbol.iterator]: () => keepers.values(),
        };
    },
};

registry.category("services").add("direct_messaging.keepers", keepersService);

/**
 * Odoo's dialog about an expired session reloads the page. While something is typed, the window
 * that has it says what to do instead.
 */
function sessionHandler(env, error, originalError) {
    if (!(error instanceof UncaughtPromiseError) || !(originalError instanceof RPCError)) {
        return false;
    }
    const keepers = [...env.services["direct_messaging.keepers"]];
    if (kindOf(originalError) !== "session" || !keepers.length) {
        return false;
    }
    error.unhandledRejectionEvent.preventDefault();
    for (const keeper of keepers) {
        keeper.fail(originalError);
    }
    return true;
}

registry
    .category("error_handlers")
    .add("direct_messaging.session", sessionHandler, { sequence: 90 });
