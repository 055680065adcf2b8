import { Component, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ActionButton } from "./action_button";
import { CheckedField } from "./checked_field";
import { useEnrollment } from "./enrollment_store";
import { SECTIONS } from "./fields";
import { useHeading } from "./heading";
import { KnowledgeQuestions } from "./knowledge_questions";
import { PhoneCall } from "./phone_call";

/** Tells of a section, live, whether it is complete. */
export class SectionStatus extends Component {
    static template = "direct_messaging.SectionStatus";
    static props = { section: { type: String } };

    setup() {
        this.store = useEnrollment();
    }

    get isReady() {
        return this.store.isReady(this.props.section);
    }
}

/** The one form for all that proves who represents the practice. */
export class EnrollmentForm extends Component {
    static template = "direct_messaging.EnrollmentForm";
    static components = {
        ActionButton,
        CheckedField,
        KnowledgeQuestions,
        PhoneCall,
        SectionStatus,
    };
    static props = {};

    sections = SECTIONS;

    setup() {
        this.store = useEnrollment();
        this.state = useState({ areCausesShown: false });
        useHeading();
    }

    get triesLeft() {
        const { attempts_left } = this.store.status;
        return attempts_left === 1 ? _t("1 try left") : _t("%s tries left", attempts_left);
    }

    get buttonLabel() {
        if (this.store.busy === "verify") {
            return _t("Verifying…");
        }
        return this.store.hasFailed ? _t("Try Again") : _t("Verify Identity");
    }

    /** What keeps the button from working, section by section. */
    get missing() {
        return Object.entries(SECTIONS)
            .map(([section, { title }]) => ({ title, labels: this.store.getMissing(section) }))
            .filter(({ labels }) => labels.length)
            .map(({ title, labels }) => `${title} (${labels.join(", ")})`)
            .join("; ");
    }

    toggleCauses() {
        this.state.areCausesShown = !this.state.areCausesShown;
    }
}
