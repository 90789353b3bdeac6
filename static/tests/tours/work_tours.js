import { registry } from "@web/core/registry";

const UNKNOWN = ".o_data_row:contains('W-1042')";

// An accountant accepts what the work list proposes, reads what was done, and takes it back.
registry.category("web_tour.tours").add("settlement_work_list", {
    steps: () => [
        {
            content: "What is proposed stands in the row",
            trigger: `${UNKNOWN}:contains('Proposal')`,
        },
        {
            content: "Choose it",
            trigger: `${UNKNOWN} .o_list_record_selector input`,
            run: "click",
        },
        {
            content: "Retry what is chosen",
            trigger: ".o_control_panel button[name='action_retry']",
            run: "click",
        },
        {
            content: "It says what became of it",
            trigger: ".o_notification:contains('Still waiting: 1')",
        },
        {
            content: "Accept it",
            trigger: `${UNKNOWN} button[name='action_solve']:contains('Accept')`,
            run: "click",
        },
        {
            content: "What was done is said, with the voucher",
            trigger: ".o_settlement_done a[href*='/odoo/account.move/']",
        },
        {
            content: "It is off the list",
            trigger: `.o_list_view:not(:has(${UNKNOWN}))`,
        },
        {
            content: "It was wrong",
            trigger: ".o_settlement_done .o_notification_buttons button:contains('Undo')",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Another invoice",
        },
        {
            content: "Take it back",
            trigger: ".modal button[name='action_confirm']:contains('Undo')",
            run: "click",
        },
        {
            content: "It waits again",
            trigger: `body:not(:has(.modal)) ${UNKNOWN}`,
        },
        {
            content: "The row opens the transaction",
            trigger: `${UNKNOWN} td[name='name']`,
            run: "click",
        },
        {
            content: "Here it is",
            trigger: ".o_form_view .o_field_widget[name='unknown_cause']:contains('Taken back by a person')",
        },
    ],
});

// The same from the list of what is unknown: a customer is found by name, and the rule that could be learned is declined.
registry.category("web_tour.tours").add("settlement_unknown_list", {
    steps: () => [
        {
            content: "Why it is unknown stands in the row",
            trigger: `${UNKNOWN}:contains('Never seen')`,
        },
        {
            content: "Match it",
            trigger: `${UNKNOWN} button[name='action_assign']`,
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit The customer has called",
        },
        {
            content: "Look for the customer",
            trigger: ".modal .o_field_widget[name='search_text'] input",
            run: "edit Kari Nordmann && press Tab",
        },
        {
            content: "Book it to the customer who was found",
            trigger: ".modal .o_field_widget[name='partner_ids'] .o_data_row:contains('Kari Nordmann') button",
            run: "click",
        },
        {
            content: "What was done is said",
            trigger: ".o_settlement_done:contains('Kari Nordmann')",
        },
        {
            content: "Nothing is unknown any more",
            trigger: `body:not(:has(.modal)) .o_list_view:not(:has(${UNKNOWN}))`,
        },
    ],
});
