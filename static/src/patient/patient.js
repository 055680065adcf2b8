import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";
import { FormController } from "@web/views/form/form_controller";

/**
 * The name of what a form shows is kept by the browser: as the title of the page in its history, and
 * in the state of the tab, which outlives the log-out. A patient's name is not.
 */
patch(FormController.prototype, {
    displayName() {
        return this.model.root.data.direct_is_patient ? _t("Patient") : super.displayName();
    },
});
