import { registry } from "@web/core/registry";

/** The accountant proves the accounts of a day, goes to the month end, and from a part to where it comes from. */
registry.category("web_tour.tours").add("settlement_account_proof", {
    steps: () => [
        {
            content: "Yesterday is shown, and every balance is explained",
            trigger: ".alert-success:contains('Every balance is explained')",
        },
        {
            content: "go to the last month end",
            trigger: "button[name=action_previous_month_end]",
            run: "click",
        },
        {
            content: "the payout that is not on the bank yet stands there",
            trigger: ".o_data_row:contains('2000001'):contains('not on the bank yet')",
        },
        {
            content: "export it",
            trigger: "button[name=action_export]",
            run: "click",
        },
        {
            content: "the page is still there",
            trigger: ".alert-success:contains('Every balance is explained')",
        },
        {
            content: "open where it comes from",
            trigger: ".o_data_row:contains('2000001') button[name=action_open]",
            run: "click",
        },
        {
            content: "its settlement, with its transactions",
            trigger: ".o_form_view .o_field_widget[name=line_ids], .o_form_view button[name=action_open_lines]",
        },
    ],
});
