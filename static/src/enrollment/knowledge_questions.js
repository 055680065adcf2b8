import { Component, useEffect, useRef } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { ActionButton } from "./action_button";
import { Clock } from "./clock";
import { useEnrollment } from "./enrollment_store";

/** Questions of the provider about one's own history, one at a time and each in a limited time. */
export class KnowledgeQuestions extends Component {
    static template = "direct_messaging.KnowledgeQuestions";
    static components = { ActionButton, Clock };
    static props = {};

    setup() {
        this.store = useEnrollment();
        this.root = useRef("root");
        useEffect(
            (index) => {
                if (index !== undefined) {
                    this.root.el.querySelector("[data-focus]")?.focus();
                }
            },
            () => [this.store.questions?.index, this.store.questions?.isOver]
        );
    }

    get triesLeft() {
        return this.store.status.questions_tries_left;
    }

    get triesSentence() {
        return this.triesLeft === 1 ? _t("1 try left") : _t("%s tries left", this.triesLeft);
    }

    /** After a failure the answers may have been what was wrong. */
    get mayGet() {
        const { hasAnswered, hasFailed, question } = this.store;
        return this.triesLeft > 0 && !question && (!hasAnswered || hasFailed);
    }

    get canGet() {
        return !this.store.busy && this.store.isReady("general");
    }

    get position() {
        const { index, list } = this.store.questions;
        return _t("Question %(number)s of %(count)s", { number: index + 1, count: list.length });
    }

    choose(choice) {
        this.store.questions.choice = choice.id;
    }
}
