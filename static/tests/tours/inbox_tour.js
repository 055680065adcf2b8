import { registry } from "@web/core/registry";

/** A consult report arrives: it is read, filed under its patient, and answered. */
registry.category("web_tour.tours").add("direct_messaging_inbox", {
    steps: () => [
        {
            content: "How many are unread is said in the bar at the top",
            trigger: ".o_direct_inbox_systray[aria-label*='1 unread']",
            run: "click",
        },
        {
            content: "The list says from whom, what about, and that no patient is matched",
            trigger: ".o_direct_inbox_row:contains('Consultation'):contains('Not matched')",
            run: "click",
        },
        {
            content: "The letter is beside it, as text",
            trigger: ".o_direct_pane_body:contains('<b>All is well.</b>')",
        },
        {
            content: "It is read",
            trigger: ".o_direct_inbox_systray[aria-label*='0 unread']",
        },
        {
            content: "The clinical document is shown in a frame that can do nothing",
            trigger: ".o_direct_pane_document:contains('note.xml') button:contains('Show')",
            run: "click",
        },
        {
            trigger: "iframe[sandbox=''][title='consultation-note.xml']",
        },
        {
            content: "A reply is about a patient: it asks to file the message first",
            trigger: ".o_direct_pane button:contains('Reply')",
            run: "click",
        },
        {
            trigger: ".modal:contains('File the message under a patient first') .btn-primary",
            run: "click",
        },
        {
            trigger:
                ".o_direct_pane_patient:contains('Likely match: Mary Quill'):contains('same birth date') button:contains('File under Mary Quill')",
            run: "click",
        },
        {
            trigger: ".o_direct_inbox_row:contains('Mary Quill')",
        },
        {
            content: "One line of the clinical document is taken into a new note, none by itself",
            trigger: "button:contains('Add to a Note')",
            run: "click",
        },
        {
            trigger: ".modal button:contains('Add to a New Note'):disabled",
        },
        {
            trigger: ".modal button:contains('Close')",
            run: "click",
        },
        {
            trigger: ".o_direct_pane button:contains('Reply')",
            run: "click",
        },
        {
            trigger: ".modal [name=body] textarea",
            run: "edit Thank you for the report.",
        },
        {
            trigger: ".modal button:contains('Send Message')",
            run: "click",
        },
        {
            content: "The answer is in the conversation, with where it stands",
            trigger: "body:not(:has(.modal)) .o_direct_pane li:contains('Queued')",
        },
        {
            trigger: ".o_direct_pane button:contains('Done')",
            run: "click",
        },
        {
            content: "Nothing is left to read",
            trigger: ".o_view_nocontent:contains('No messages')",
        },
    ],
});
