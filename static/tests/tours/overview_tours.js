import { registry } from "@web/core/registry";

// An accountant opens the overview in the morning: sees what is on its way, and retries what could not be booked.
registry.category("web_tour.tours").add("settlement_overview", {
    steps: () => [
        {
            content: "The agreement with its merchant id",
            trigger: ".o_kanban_record:contains('123455'):contains('On its way since')",
        },
        {
            content: "The chart is drawn",
            trigger: ".o_kanban_record .o_dashboard_graph canvas",
        },
        {
            content: "What failed has its button on the card",
            trigger: ".o_kanban_record:contains('Settlements with an error') button[name='action_retry_errors']",
            run: "click",
        },
        {
            content: "It is booked, and what is unknown is told once, with its side",
            trigger: ".o_kanban_record:not(:contains('with an error')) [name='action_open_unknown']:contains('credit')",
        },
        {
            content: "The payout that is on its way",
            trigger: ".o_kanban_record [name='action_open_transit']",
            run: "click",
        },
        {
            content: "It is one of two",
            trigger: ".o_list_view .o_data_row:contains('2000008')",
        },
    ],
});

// From Odoo's own accounting dashboard to the unknown transactions of the provider's journal.
registry.category("web_tour.tours").add("settlement_on_odoos_dashboard", {
    steps: () => [
        {
            content: "The card of the provider's journal has our buttons",
            trigger: ".o_kanban_record button[name='action_open_settlement_upload']",
        },
        {
            content: "What is unknown",
            trigger: ".o_kanban_record [name='action_open_settlement_unknown']:contains('300.00')",
            run: "click",
        },
        {
            content: "The transaction",
            trigger: ".o_list_view .o_data_row:contains('W-1042')",
        },
    ],
});
