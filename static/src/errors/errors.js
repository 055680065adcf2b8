import { UncaughtPromiseError } from "@web/core/errors/error_service";
import { WarningDialog } from "@web/core/errors/error_dialogs";
import { _t } from "@web/core/l10n/translation";
import { RPCError } from "@web/core/network/rpc";
import { registry } from "@web/core/registry";
import { kindOf } from "../kept_form/failure";

/** What one of our models has to say where no window can show it: a sentence, not "Invalid Operation". */
export class DirectDialog extends WarningDialog {
    /** @override */
    inferTitle() {
        return _t("Direct Messaging");
    }
}

function directHandler(env, error, originalError) {
    if (
        error instanceof UncaughtPromiseError &&
        originalError instanceof RPCError &&
        originalError.model?.startsWith("direct.") &&
        ["refused", "changed"].includes(kindOf(originalError))
    ) {
        originalError.Component = DirectDialog; // Odoo's own handler shows it
    }
    return false;
}

registry.category("error_handlers").add("direct_messaging.errors", directHandler, { sequence: 91 });
