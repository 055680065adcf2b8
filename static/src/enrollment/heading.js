import { onMounted, useRef } from "@odoo/owl";

/** Moves the focus to the heading (`t-ref="heading"`) of a step that appears. */
export function useHeading() {
    const heading = useRef("heading");
    onMounted(async () => {
        await Promise.resolve(); // a dialog that opens remembers first where the focus was before
        heading.el?.focus();
    });
}
