import { markup } from "@odoo/owl";
import { registry } from "@web/core/registry";
import { htmlSprintf } from "@web/core/utils/html";

/** How long it stays, in milliseconds: time enough to read it, and to see that it was wrong. */
const SHOWN_FOR = 12000;

/**
 * Says what a person has done, with links to the vouchers, and a button that opens the dialog to undo it.
 *
 * params: message (with %s for each link), links ({label, url}), undo (an action) and undo_label, next (an action).
 */
export function settlementDone(env, { params }) {
    const links = (params.links || []).map(
        (link) => markup`<a href="${link.url}" target="_blank">${link.label}</a>`
    );
    const reload = () => env.services.action.doAction("soft_reload");
    const buttons = [];
    if (params.undo) {
        buttons.push({
            name: params.undo_label,
            onClick: () => {
                close();
                env.services.action.doAction(params.undo, { onClose: reload });
            },
        });
    }
    const close = env.services.notification.add(htmlSprintf(params.message, ...links), {
        type: "success",
        autocloseDelay: SHOWN_FOR,
        className: "o_settlement_done",
        buttons,
    });
    return params.next;
}

registry.category("actions").add("settlement_done", settlementDone);
