import { registry } from "@web/core/registry";

// An accountant takes two placed payments back at once, from the gear menu of the list.
registry.category("web_tour.tours").add("settlement_several_at_once", {
    steps: () => [
        {
            content: "The payments are listed",
            trigger: ".o_list_view .o_data_row:contains('W-2')",
        },
        {
            content: "Choose all of them",
            trigger: ".o_list_view thead .o_list_record_selector input",
            run: "click",
        },
        {
            content: "Open the gear menu",
            trigger: ".o_cp_action_menus .dropdown-toggle:contains('Actions')",
            run: "click",
        },
        {
            content: "Take them back",
            trigger: ".o-dropdown--menu .o-dropdown-item:contains('Undo…')",
            run: "click",
        },
        {
            content: "Say why",
            trigger: ".modal .o_field_widget[name='reason'] input",
            run: "edit Meant for another month && press Tab",
        },
        {
            content: "Do it",
            trigger: ".modal button[name='action_confirm']:visible",
            run: "click",
        },
        {
            content: "Both are unknown again",
            trigger: "body:not(:has(.modal)) .o_list_view .o_data_row:contains('Unknown'):nth-child(2)",
        },
    ],
});
