import { registry } from "@web/core/registry";

// An accountant looks at a month, opens what a check counts, says why it may stay open, and signs.
registry.category("web_tour.tours").add("settlement_month_end", {
    steps: () => [
        {
            content: "The latest month comes first, and has an open point",
            trigger: ".o_data_row:first:contains('Not Ready') td[name='provider_id']",
            run: "click",
        },
        {
            content: "The page says what is missing",
            trigger: ".o_form_view .o_data_row:contains('Days'):contains('missing')",
        },
        {
            content: "Open exactly that",
            trigger: ".o_form_view .o_data_row:contains('Days') button[name='action_open_target']",
            run: "click",
        },
        {
            content: "The days that are missing are listed",
            trigger: ".o_list_view .o_group_header:contains('Days without settlement')",
        },
        {
            content: "Back to the month",
            trigger: ".breadcrumb-item a:last",
            run: "click",
        },
        {
            content: "Signing asks for a comment first",
            trigger: ".o_form_view .o_form_statusbar button[name='action_sign']:visible",
            run: "click",
        },
        {
            content: "Confirm",
            trigger: ".modal button:contains('Sign')",
            run: "click",
        },
        {
            content: "The open points are named",
            trigger: ".modal:contains('has open points'):contains('Days')",
        },
        {
            content: "Close the message",
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            content: "Say why",
            trigger: "body:not(:has(.modal)) .o_field_widget[name='comment'] textarea",
            run: "edit The shop was closed all month",
        },
        {
            content: "Sign",
            trigger: ".o_form_view .o_form_statusbar button[name='action_sign']:visible",
            run: "click",
        },
        {
            content: "Confirm again",
            trigger: ".modal button:contains('Sign')",
            run: "click",
        },
        {
            content: "Signed, with the name and the comment",
            trigger: "body:not(:has(.modal)) .alert-success:contains('Signed by')",
        },
        {
            content: "The signature is listed",
            trigger: ".o_field_widget[name='signature_ids'] .o_data_row:contains('The shop was closed all month')",
        },
    ],
});

// An accountant looks for what lacks its counterpart, and opens it.
registry.category("web_tour.tours").add("settlement_completeness", {
    steps: () => [
        {
            content: "A payment lacks its invoice",
            trigger: ".o_group_header:contains('Payment without invoice')",
            run: "click",
        },
        {
            content: "Open it",
            trigger: ".o_data_row:contains('W-1042') td[name='reference']",
            run: "click",
        },
        {
            content: "The transaction is open",
            trigger: ".o_form_view:contains('W-1042') .o_field_widget[name='explanation']",
        },
    ],
});
