import { registry } from "@web/core/registry";

// An accountant looks at the term that is reported next: what a code consists of, and the terms beside it.
registry.category("web_tour.tours").add("settlement_vat_term", {
    steps: () => [
        {
            content: "The term is there with its codes; a figure opens what it is the sum of",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('25%') td[name='elsewhere_vat'] a:contains('100')",
            run: "click",
        },
        {
            content: "Its journal items, with the document",
            trigger: ".o_list_view .o_data_row:contains('100') td[name='move_name']",
            run: "click",
        },
        {
            content: "The invoice",
            trigger: ".o_form_view .o_field_widget[name='invoice_line_ids']",
        },
        {
            content: "Back to the list",
            trigger: ".breadcrumb-item.o_back_button",
            run: "click",
        },
        {
            content: "Back to the term",
            trigger: ".o_list_view .breadcrumb-item.o_back_button",
            run: "click",
        },
        {
            content: "The term after it has not ended",
            trigger: ".o_form_view button[name='action_open_next']",
            run: "click",
        },
        {
            content: "It says so",
            trigger: ".o_form_view .o_arrow_button_current[data-value='running']",
        },
        {
            content: "And back",
            trigger: ".o_form_view button[name='action_open_previous']",
            run: "click",
        },
        {
            content: "The same figures",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('25%') td[name='elsewhere_vat'] a:contains('100')",
        },
        {
            content: "All of its items, to export",
            trigger: ".o_form_view button[name='action_open_items']",
            run: "click",
        },
        {
            content: "Grouped as in the return",
            trigger: ".o_list_view .o_group_header:contains('Sales')",
        },
    ],
});

// An accountant enters what was agreed, and sees which payments cost more.
registry.category("web_tour.tours").add("settlement_fees_not_as_agreed", {
    steps: () => [
        {
            content: "A new agreed fee",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {
            content: "For the provider",
            trigger: ".o_selected_row .o_field_widget[name='provider_id'] input",
            run: "edit Vipps",
        },
        {
            content: "Choose it",
            trigger: ".ui-autocomplete > li > a:contains('Vipps')",
            run: "click",
        },
        {
            content: "1.5 %",
            trigger: ".o_selected_row .o_field_widget[name='percent'] input",
            run: "edit 1.5",
        },
        {
            content: "Save",
            trigger: ".o_list_button_save",
            run: "click",
        },
        {
            content: "It is there",
            trigger: ".o_list_view:not(:has(.o_selected_row)) .o_data_row:contains('1.5')",
        },
        {
            content: "Open the reports",
            trigger: ".o_menu_sections .dropdown-toggle:contains('Settlements')",
            run: "click",
        },
        {
            content: "What is not as agreed",
            trigger: ".o-dropdown--menu .dropdown-item:contains('Fees Not as Agreed')",
            run: "click",
        },
        {
            content: "1000 cost 17.50 instead of 15.00",
            trigger: ".o_data_row:contains('W-1') td[name='difference']:contains('2.50')",
            run: "click",
        },
        {
            content: "The transaction",
            trigger: ".o_form_view .o_field_widget[name='fee_reported']",
        },
    ],
});
