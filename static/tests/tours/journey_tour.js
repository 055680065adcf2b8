import { registry } from "@web/core/registry";

registry.category("web_tour.tours").add("direct_messaging_first_referral", {
    steps: () => [
        {
            content: "Send Referral By is at the bottom of the signed note",
            trigger: "button:contains('Send Referral By')",
            run: "click",
        },
    ],
});
