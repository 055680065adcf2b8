import { browser } from "@web/core/browser/browser";

const STILL = 5; // pixels: a hand that presses moves no further

/**
 * A button that is pressed is pressed, even if it moves away before the mouse button is released: the
 * press leaves a field, and what is said about the field comes or goes above the button.
 *
 * @param {() => boolean} isWanted whether a window is open in which this may happen
 */
export function holdPressedButtons(isWanted) {
    let pressed = null;
    const onDown = ({ target, clientX, clientY, button, isPrimary }) => {
        const element = isPrimary && button === 0 && isWanted() && target.closest("button");
        pressed = element && { element, clientX, clientY };
    };
    const onUp = ({ target, clientX, clientY }) => {
        const { element, ...at } = pressed || {};
        pressed = null;
        const isMissed = element?.isConnected && !element.contains(target);
        if (isMissed && Math.hypot(clientX - at.clientX, clientY - at.clientY) < STILL) {
            element.click(); // nothing happens if it is disabled by now
        }
    };
    browser.addEventListener("pointerdown", onDown, { capture: true });
    browser.addEventListener("pointerup", onUp, { capture: true });
}
