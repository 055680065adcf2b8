import { registry } from "@web/core/registry";

/**
 * The first referral of a practice, as a clinician clicks through it on a signed note: bad input
 * first, then set-up, then back in the referral as it was written.
 */
registry.category("web_tour.tours").add("direct_messaging_first_referral", {
    steps: () => [
        {
            content: "Send Referral By is at the bottom of the note",
            trigger: "button:contains('Send Referral By')",
            run: "click",
        },
        {
            trigger: ".o-dropdown-item:contains('Direct Message')",
            run: "click",
        },
        {
            content: "The Send Referral window opens; the subject is prefilled",
            trigger: ".modal-title:contains('Send Referral')",
        },
        {
            content: "Without a recipient it is not sent",
            trigger: ".modal button:contains('Send Message')",
            run: "click",
        },
        {
            trigger: ".modal:contains('Add at least one recipient') .modal-footer button",
            run: "click",
        },
        {
            trigger: ".modal [name=recipient_ids] input",
            run: "edit cardiology chen",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains('Maya Chen') a",
            run: "click",
        },
        {
            trigger: ".modal [name=recipient_ids]:contains('Verified')",
        },
        {
            trigger: ".modal [name=body] textarea",
            run: "edit As it was written",
        },
        {
            trigger: ".modal button:contains('Send Message')",
            run: "click",
        },
        {
            content: "The first time, set-up opens",
            trigger: ".modal-title:contains('Direct Message Setup')",
        },
        {
            trigger: ".modal h2:contains('Create Domain Name')",
        },
        {
            trigger: ".modal [name=label] input",
            run: "edit Tour Practice",
        },
        {
            content: "What is wrong is said while typing",
            trigger: ".modal [name=label_problem]:contains('spaces')",
        },
        {
            trigger: ".modal [name=label] input",
            run: "edit tour-practice",
        },
        {
            trigger: ".modal [name=domain_preview]:contains('tour-practice.direct.sandbox.test')",
        },
        {
            trigger: ".modal .modal-footer button:contains('Continue'):not(:contains('Later'))",
            run: "click",
        },
        {
            trigger: ".modal h2:contains('Create Your Username')",
        },
        {
            content: "Going back shows the domain that exists now",
            trigger: ".modal .modal-footer button:contains('Back')",
            run: "click",
        },
        {
            trigger: ".modal:contains(The domain of your practice is)",
        },
        {
            trigger: ".modal .modal-footer button:contains('Continue'):not(:contains('Later'))",
            run: "click",
        },
        {
            trigger: ".modal [name=username] input",
            run: "edit zoe.tour",
        },
        {
            trigger:
                ".modal [name=address_preview]:contains('zoe.tour@tour-practice.direct.sandbox.test')",
        },
        {
            trigger: ".modal .modal-footer button:contains('Continue'):not(:contains('Later'))",
            run: "click",
        },
        {
            content: "Complete Setup shows the Direct address and who can authenticate",
            trigger: ".modal h2:contains('Complete Setup')",
        },
        {
            trigger:
                ".modal [name=direct_address]:contains('zoe.tour@tour-practice.direct.sandbox.test')",
        },
        {
            trigger: ".modal [name=waiting_sentence]:contains('Lee Legal')",
        },
        {
            trigger: ".modal button:contains('Back to Referral')",
            run: "click",
        },
        {
            content: "Back in the referral, exactly as it was written",
            trigger: ".modal [name=body] textarea:value('As it was written')",
        },
        {
            trigger: ".modal button:contains('Send Message')",
            run: "click",
        },
        {
            content: "The note says that it is held and whom to ask",
            trigger: "body:not(:has(.modal)) .o_form_view:contains('Held'):contains('Lee Legal')",
        },
    ],
});
