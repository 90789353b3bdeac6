import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

const FILES = ".modal .o_field_widget[name='attachment_ids'] input[type='file']";

/** Choose the file that the test has stored. */
async function chooseFile() {
    const response = await fetch("/web/content/settlement_bridge.tour_file");
    await inputFiles(FILES, [new File([await response.blob()], "vipps.csv", { type: "text/csv" })]);
}

// From the activation to the first booking. An empty file in between is refused, and the dialog goes on.
registry.category("web_tour.tours").add("settlement_new_provider", {
    steps: () => [
        {
            content: "Enter the merchant's number",
            trigger: ".modal .o_field_widget[name='merchant_id'] input",
            run: "edit 654321 && press Tab",
        },
        {
            content: "The accounts are proposed for it",
            trigger: ".modal .o_field_widget[name='line_ids'] .o_data_row:contains('654321')",
        },
        {
            content: "Approve",
            trigger: ".modal button[name='action_activate']",
            run: "click",
        },
        {
            content: "Upload the first file",
            trigger: "body:not(:has(.modal)) .o_form_view button[name='action_upload']",
            run: "click",
        },
        {
            content: "Choose a file that was not downloaded whole",
            trigger: ".modal .o_field_widget[name='attachment_ids'] .o_file_input_trigger",
            async run() {
                await inputFiles(FILES, [new File([], "tom.csv", { type: "text/csv" })]);
            },
        },
        {
            content: "It is refused by its name",
            trigger: ".o_notification:contains('tom.csv')",
        },
        {
            content: "Choose the whole one",
            trigger: ".modal .o_file_input:not(.pe-none)",
            run: chooseFile,
        },
        {
            content: "Upload it",
            trigger: ".modal button[name='action_upload']",
            run: "click",
        },
        {
            content: "The settlement is booked",
            trigger: "body:not(:has(.modal)) .o_form_view .o_statusbar_status button.o_arrow_button_current:contains('Booked')",
        },
    ],
});

// A shadow month: everything is read, nothing is booked; it is looked at, compared, and then booked.
registry.category("web_tour.tours").add("settlement_go_live", {
    steps: () => [
        {
            content: "Enter the merchant's number",
            trigger: ".modal .o_field_widget[name='merchant_id'] input",
            run: "edit 654321 && press Tab",
        },
        {
            content: "Begin with a shadow month",
            trigger: ".modal .o_field_widget[name='begins'] .o_radio_item:contains('Shadow') input",
            run: "click",
        },
        {
            content: "Approve",
            trigger: ".modal button[name='action_activate']",
            run: "click",
        },
        {
            content: "The page opens; upload the month",
            trigger: "body:not(:has(.modal)) .o_form_view:contains('nothing is booked') button[name='action_upload']",
            run: "click",
        },
        {
            content: "Choose the file",
            trigger: ".modal .o_field_widget[name='attachment_ids'] .o_file_input_trigger",
            run: chooseFile,
        },
        {
            content: "Upload it",
            trigger: ".modal button[name='action_upload']",
            run: "click",
        },
        {
            content: "It is read, and waits to be booked; go back",
            trigger: ".o_form_view:has(.o_arrow_button_current:contains('To Book'))",
            run() {
                [...document.querySelectorAll(".o_breadcrumb .breadcrumb-item a")].at(-1).click();
            },
        },
        {
            content: "Look at the month",
            trigger: ".o_form_view .nav-link[name='month']",
            run: "click",
        },
        {
            content: "As it would be booked",
            trigger: ".o_form_view button[name='action_show_month']",
            run: "click",
        },
        {
            content: "One transaction would be unknown, and the page says why",
            trigger: ".o_field_widget[name='line_ids'] .o_data_row:contains('Unknown'):contains('WEB-9')",
        },
        {
            content: "Beside the books by hand",
            trigger: ".o_form_view .nav-link[name='compare']",
            run: "click",
        },
        {
            content: "Compare",
            trigger: ".o_form_view button[name='action_compare']",
            run: "click",
        },
        {
            content: "Nothing was booked by hand",
            trigger: ".o_field_widget[name='difference_ids'] .o_data_row:contains('Nothing by hand')",
        },
        {
            content: "Go live",
            trigger: ".o_form_view button[name='action_go_live']",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The settlements of the provider are shown",
            trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:contains('2000001')",
        },
    ],
});

// A shop is added: its form says what it needs until it has everything.
registry.category("web_tour.tours").add("settlement_add_shop", {
    steps: () => [
        {
            content: "Choose its platform",
            trigger: ".o_field_widget[name='platform'] input",
            run: "click",
        },
        {
            content: "WooCommerce",
            trigger: ".o_select_menu_item:contains('WooCommerce')",
            run: "click",
        },
        {
            content: "The form asks for what it needs",
            trigger: ".o_field_widget[name='api_url'] input",
        },
        {
            content: "Name the shop",
            trigger: ".o_field_widget[name='name'] input, .o_field_widget[name='name'] textarea",
            run: "edit Kopper",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save",
            run: "click",
        },
        {
            content: "What it still needs is said; let the taxes be proposed",
            trigger: ".alert:contains('Still needed'):contains('No tax') button[name='action_propose_taxes']",
            run: "click",
        },
        {
            content: "Its address",
            trigger: ".alert:not(:contains('No tax')):contains('Its address is missing')",
        },
        {
            content: "Enter it",
            trigger: ".o_field_widget[name='api_url'] input",
            run: "edit https://kopper.example",
        },
        {
            content: "Activate",
            trigger: "button[name='action_activate']:visible",
            run: "click",
        },
        {
            content: "It is active, and says that keys are missing",
            trigger: ".o_form_view:has(.o_arrow_button_current:contains('Active')) .alert:contains('Keys are missing')",
        },
    ],
});
