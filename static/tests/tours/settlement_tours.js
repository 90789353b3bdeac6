import { registry } from "@web/core/registry";
import { inputFiles } from "@web/../tests/utils";

// An accountant activates a second agreement, with one of the proposed names changed.
registry.category("web_tour.tours").add("settlement_activate", {
    steps: () => [
        {
            content: "The proposal is there",
            trigger: ".modal .o_field_widget[name='line_ids'] .o_data_row",
        },
        {
            content: "Enter the merchant's number",
            trigger: ".modal .o_field_widget[name='merchant_id'] input",
            run: "edit 654321 && press Tab",
        },
        {
            content: "The proposed name tells it from the first one",
            trigger: ".modal .o_field_widget[name='name'] input:value(654321)",
            run: "click",
        },
        {
            content: "Approve",
            trigger: ".modal button[name='action_activate']",
            run: "click",
        },
        {
            content: "The provider is open and active",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='clearing_account_id']",
        },
    ],
});

// An accountant goes from the overview to an unknown payment and places it on the invoice that carries its number.
registry.category("web_tour.tours").add("settlement_place_unknown", {
    steps: () => [
        {
            content: "The card tells of one unknown transaction",
            trigger: ".o_kanban_record [name='action_open_unknown']",
            run: "click",
        },
        {
            content: "Place it",
            trigger: ".o_data_row:contains('W-1042') button[name='action_assign']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Same number on the invoice",
        },
        {
            content: "The open invoice was found by the reference",
            trigger: ".modal .o_data_row button[name='action_place_settlement_lines']",
            run: "click",
        },
        {
            content: "Nothing is unknown any more",
            trigger: "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains('W-1042')))",
        },
    ],
});

// An accountant divides a payment between the invoice that is found and an account.
registry.category("web_tour.tours").add("settlement_divide", {
    steps: () => [
        {
            content: "Place it",
            trigger: ".o_data_row:contains('SAMLET') button[name='action_assign']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit An invoice and a gift card",
        },
        {
            content: "Choose what to match it with",
            trigger: ".modal .o_field_widget[name='action'] input",
            run: "click",
        },
        {
            content: "Several",
            trigger: ".o_select_menu_item:contains('Divide among several')",
            run: "click",
        },
        {
            content: "The invoice is proposed, and the remainder is left to be placed",
            trigger: ".modal .o_field_widget[name='part_ids'] .o_data_row:contains('200.00') td[name='account_id']",
            run: "click",
        },
        {
            content: "The remainder is a gift card",
            trigger: ".modal .o_selected_row .o_field_widget[name='account_id'] input",
            run: "edit 2900",
        },
        {
            content: "Choose the account",
            trigger: ".o-autocomplete--dropdown-item:contains('2900')",
            run: "click",
        },
        {
            content: "Match",
            trigger: ".modal button[name='action_confirm']:visible",
            run: "click",
        },
        {
            content: "What was done is told, with the voucher",
            trigger: ".o_notification:contains('2900') a[href*='account.move']",
        },
        {
            content: "Nothing is unknown any more",
            trigger: "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains('SAMLET')))",
        },
    ],
});

// An accountant sees what is proposed for the unknown transactions, and confirms it.
registry.category("web_tour.tours").add("settlement_proposals", {
    steps: () => [
        {
            content: "Select the transaction",
            trigger: ".o_data_row:contains('W-1042') .o_list_record_selector input",
            run: "click",
        },
        {
            content: "See the proposals",
            trigger: ".o_control_panel button[name='action_propose']",
            run: "click",
        },
        {
            content: "The document is shown, with why",
            trigger: ".modal .o_data_row:contains('W-1042'):contains('exactly this amount')",
        },
        {
            content: "Confirm",
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "What was done is told, with the voucher",
            trigger: ".o_notification a[href*='account.move']",
        },
        {
            content: "Nothing is unknown any more",
            trigger: "body:not(:has(.modal)) .o_list_view:not(:has(.o_data_row:contains('W-1042')))",
        },
    ],
});

// An accountant places a payment by hand, keeps the rule that is offered, tries it, and puts it into use.
registry.category("web_tour.tours").add("settlement_learn_rule", {
    steps: () => [
        {
            content: "Place the payment",
            trigger: ".o_data_row:contains('shop:1042') button[name='action_assign']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit The number after the colon is the order",
        },
        {
            content: "The open invoice was found by the amount",
            trigger: ".modal .o_data_row button[name='action_place_settlement_lines']",
            run: "click",
        },
        {
            content: "The rule that would have done it, and one more that it would catch",
            trigger: ".modal .o_field_widget[name='waiting_count']:contains('1')",
        },
        {
            content: "Keep it, and see what it would do",
            trigger: ".modal button[name='action_try']",
            run: "click",
        },
        {
            content: "Try",
            trigger: "body:not(:has(.modal)) button[name='action_try']:contains('Try')",
            run: "click",
        },
        {
            content: "What would go elsewhere is told",
            trigger: ".o_field_widget[name='changed_count']:contains('2')",
        },
        {
            content: "Use it from now on",
            trigger: "button[name='action_put_into_use']",
            run: "click",
        },
        {
            content: "Yes",
            trigger: ".modal .modal-footer .btn-primary",
            run: "click",
        },
        {
            content: "The rule is among those in use",
            trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:contains('shop:1042'):contains('In Use')",
        },
    ],
});

// An administrator enters the keys of a shop, as its platform calls them.
registry.category("web_tour.tours").add("settlement_enter_keys", {
    steps: () => [
        {
            content: "A partner's number is not asked for with keys of our own",
            trigger: ".o_settlement_settings:not(:contains('Partner Number')) [name='mode'] select:value(own)",
            run: "select partner",
        },
        {
            content: "With a partner's keys it is",
            trigger: ".o_settlement_settings:contains('On the partner') [name='partner_id'] input[type='text']",
            run: "edit 77",
        },
        {
            content: "The key is masked",
            trigger: ".o_settlement_settings .o_required_modifier[name='token'] input[type='password']",
            run: "edit hemmelig",
        },
        {
            content: "Save",
            trigger: ".o_form_button_save:enabled",
            run: "click",
        },
        {
            content: "It is saved",
            trigger: ".o_form_saved, .o_form_status_indicator_buttons.invisible",
        },
    ],
});

// An administrator activates Stripe by the wizard, which says where the account id is found.
registry.category("web_tour.tours").add("settlement_activate_stripe", {
    steps: () => [
        {
            content: "The providers there are",
            trigger: ".modal .o_field_widget[name='code'] .o_select_menu_toggler",
            run: "click",
        },
        {
            content: "Choose Stripe",
            trigger: ".o_select_menu_item:contains('Stripe')",
            run: "click",
        },
        {
            content: "What the number is called, and where it is found",
            trigger: ".modal .o_field_widget[name='merchant_id_help']:contains('acct_')",
        },
        {
            content: "Enter the account id",
            trigger: ".modal .o_field_widget[name='merchant_id'] input",
            run: "edit acct_1Nettbutikk && press Tab",
        },
        {
            content: "The accounts are proposed in its name",
            trigger: ".modal .o_data_row [name='account_name']:contains('Stripe oppgjør')",
        },
        {
            content: "Approve",
            trigger: ".modal button[name='action_activate']",
            run: "click",
        },
        {
            content: "The provider is open and active",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='clearing_account_id']",
        },
    ],
});

// An administrator enters the key of a provider, switches fetching on, and fetches.
registry.category("web_tour.tours").add("settlement_fetch_with_a_key", {
    steps: () => [
        {
            content: "Without a key nothing can be fetched",
            trigger: ".o_form_view:not(:has(button[name='action_fetch'])) .nav-link[name='connection']",
            run: "click",
        },
        {
            content: "The key is masked",
            trigger: ".o_settlement_settings .o_required_modifier[name='secret_key'] input[type='password']",
            run: "edit sk_test_composed",
        },
        {
            content: "Fetch from now on: the switch saves",
            trigger: ".o_field_widget[name='fetch_enabled'] input",
            run: "click",
        },
        {
            content: "Fetch now",
            trigger: "button[name='action_fetch']",
            run: "click",
        },
        {
            content: "It was fetched",
            trigger: ".o_field_widget[name='fetch_last_at']",
        },
    ],
});

// An accountant sees that the keys are entered, and not what they are.
registry.category("web_tour.tours").add("settlement_see_no_keys", {
    steps: () => [
        {
            content: "The connection",
            trigger: ".o_form_view .nav-link[name='connection']",
            run: "click",
        },
        {
            content: "The keys are there, and are not shown",
            trigger: ".o_form_view:not(:has(.o_settlement_settings)) :contains('The keys are entered')",
        },
    ],
});

// An accountant uploads a report of two sales units, one of which is not in Odoo.
registry.category("web_tour.tours").add("settlement_upload_two_units", {
    steps: () => [
        {
            content: "Choose the file",
            trigger: ".modal .o_field_widget[name='attachment_ids']",
            async run() {
                const response = await fetch("/web/content/settlement_bridge.tour_file");
                const file = new File([await response.blob()], "portal.csv", { type: "text/csv" });
                await inputFiles(".modal .o_field_widget[name='attachment_ids'] input[type='file']", [file]);
            },
        },
        {
            content: "Upload it",
            trigger: ".modal button[name='action_upload']",
            run: "click",
        },
        {
            content: "What could not be booked is told, with the unit it belongs to",
            trigger: ".o_notification:contains('987654')",
        },
        {
            content: "The own unit's settlement is booked",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='provider_id']",
        },
    ],
});

// An accountant activates the agreement that a document waits for.
registry.category("web_tour.tours").add("settlement_activate_what_waits", {
    steps: () => [
        {
            content: "The document waits",
            trigger: ".o_data_row:contains('portal.csv'):contains('Waits') button[name='action_activate']",
            run: "click",
        },
        {
            content: "The number is filled in",
            trigger: ".modal .o_field_widget[name='merchant_id'] input:value(987654)",
        },
        {
            content: "The accounts are proposed",
            trigger: ".modal .o_field_widget[name='line_ids'] .o_data_row",
        },
        {
            content: "Approve",
            trigger: ".modal button[name='action_activate']",
            run: "click",
        },
        {
            content: "The provider is open and active",
            trigger: "body:not(:has(.modal)) .o_form_view .o_field_widget[name='clearing_account_id']",
        },
    ],
});

// An accountant accepts a payout that differs from its rows.
registry.category("web_tour.tours").add("settlement_accept_difference", {
    steps: () => [
        {
            content: "What is wrong is said, and what can be done about it",
            trigger: ".o_form_view .alert:contains('2.00') button[name='action_accept']",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Agreed with the provider",
        },
        {
            content: "Accept",
            trigger: ".modal button[name='action_confirm']",
            run: "click",
        },
        {
            content: "Nothing is wrong any more",
            trigger: "body:not(:has(.modal)) .o_form_view:not(:has(button[name='action_accept'])) .o_field_widget[name='state'] .o_arrow_button_current:contains('Booked')",
        },
    ],
});
