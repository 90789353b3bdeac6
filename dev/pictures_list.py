"""Which pictures dev/pictures takes: each a page of the demo, and what is done on it before.

A page is added by one more row. In the documents ``name_nb.png`` is the Norwegian picture, ``name_en.png`` the English.
"""

from dataclasses import dataclass

#: The user who is photographed, and the languages that the pictures are taken in.
LOGIN = PASSWORD = "admin"
LANGUAGES = {"nb": "nb_NO", "en": "en_US"}

WIDE, PHONE = (1280, 800), (390, 844)


@dataclass(frozen=True)
class Picture:
    """One page, in each language.

    :ivar name: of the files, without language.
    :ivar action: the page's action by its external id; without a dot it is this addon's.
    :ivar record: model and domain of one record whose form is shown instead of the list; empty for the list.
    :ivar new: model and values of a dialog's record that is made for the picture; a value that is a model and a domain
        is the record found by them.
    :ivar clicks: CSS selectors, pressed one after another once the page is there.
    :ivar shows: a selector of what must be there in the end.
    :ivar size: width and height of the window in pixels. :ivar part: the selector of the part that is kept; empty: all.
    :ivar languages: keys of :data:`LANGUAGES`.
    """

    name: str
    action: str
    record: tuple = ()
    new: tuple = ()
    clicks: tuple = ()
    shows: str = ".o_action_manager > .o_action .o_content"
    size: tuple = WIDE
    part: str = ""
    languages: tuple = tuple(LANGUAGES)


VIPPS = ("account.settlement.provider", [["code", "=", "vipps"]])
PAYOUT = ("account.settlement", [["external_id", "=", "2000505"]])
UNKNOWN = ("account.settlement.line", [["order_reference", "=", "WEB-9114"]])
WAITING = ("sale.order", [["webshop_reference", "=", "WEB-1033"]])

PICTURES = (
    Picture("overview", "action_account_settlement_overview", shows=".o_kanban_record", size=(1280, 720)),
    Picture("overview_phone", "action_account_settlement_overview", shows=".o_kanban_record", size=PHONE),
    Picture(
        "activate", "action_settlement_activate", shows=".modal .o_data_row", size=(1280, 1000), part=".modal-content"
    ),
    Picture("work_list", "action_settlement_work", shows=".o_data_row", size=(1280, 620)),
    Picture("go_live", "action_settlement_go_live", shows=".o_form_view .o_field_widget", size=(1280, 800)),
    Picture("settlements", "action_account_settlement", shows=".o_data_row"),
    Picture("settlement", "action_account_settlement", PAYOUT, shows=".o_form_view .o_data_row", size=(1280, 850)),
    Picture("unknown", "action_account_settlement_line_unknown", shows=".o_data_row", size=(1280, 480)),
    Picture("trail", "action_account_settlement_line", UNKNOWN, shows=".o_form_view .o_field_widget", size=(1280, 900)),
    Picture("rules", "action_account_settlement_rule", shows=".o_data_row", size=(1280, 560)),
    Picture(
        "tryout",
        "action_settlement_rule_tryout",
        new=("settlement.rule.tryout", {"provider_id": VIPPS}),
        clicks=("button[name=action_try].btn-primary",),
        shows="[name=group_ids] .o_data_row",
    ),
    Picture("web_orders", "action_webshop_order_waiting", WAITING, shows=".o_form_view .alert", size=(1280, 900)),
    Picture(
        "month_end",
        "action_open_closings",
        clicks=(".o_data_row:nth-child(3) .o_data_cell",),
        shows=".o_form_view .o_field_widget",
        size=(1280, 900),
    ),
    Picture("proof", "action_settlement_account_proof_open", shows=".o_form_view .o_data_row", size=(1280, 950)),
    Picture("completeness", "action_account_settlement_completeness"),
    Picture(
        "vat_term",
        "action_settlement_vat_term",
        clicks=("button[name=action_open_next]",),
        shows=".o_form_view .o_data_row",
        size=(1280, 900),
    ),
    Picture("fees", "action_account_settlement_fee_report", size=(1280, 560)),
)
