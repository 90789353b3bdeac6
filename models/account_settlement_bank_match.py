from odoo import api, models
from odoo.exceptions import UserError

from odoo.addons.base.models.res_bank import sanitize_account_number

from ..common.messages import Message
from ..matching.bank import names, pair_payouts
from ..providers.registry import PROVIDERS
from .account_settlement_bank_ledger import PAYOUT
from .money import to_decimal
from .own_writes import as_own
from .written_language import company_language


class AccountSettlement(models.Model):
    """The bank stage: payouts are reconciled with the bank's lines, and the clearing account is zero."""

    _inherit = "account.settlement"

    def _match_bank(self):
        """Find the bank line of each payout, of its return and of top-ups, and reconcile them.

        :return: the settlements of which a bank line was found now.
        """
        matched = self.browse()
        for company, settlements in self._as_user().grouped("company_id").items():
            settlements = settlements.with_company(company)
            outcome = settlements._pair_with_bank(company)
            # What came back is settled before the payout that includes it.
            pairs = sorted(outcome.pairs, key=lambda pair: (pair.payout.id[1] == PAYOUT, pair.payout.date))
            for pair in pairs:
                settlement = settlements.browse(pair.payout.id[0])
                if settlement in settlements and settlement._book_pair(pair):
                    matched |= settlement.with_env(self.env)
            for settlement in settlements.filtered(lambda one: one.state == "booked" and one.bank_item_ids):
                settlement._close_own_clearing()
            paired = settlements.browse(pair.payout.id[0] for pair in pairs)
            (settlements - paired)._note_bank_proposals(outcome)
        return matched

    @api.model
    def _pair_with_bank(self, company):
        """Return the :class:`~..matching.bank.Outcome` of a company: all that is awaited there is looked at, as one may
        be the rival of another, and what is paid already where a bank line names it."""
        awaiting = self._search_awaiting_bank(company)
        looked_at = awaiting | awaiting._search_bank_rivals()
        payers = self._get_payers(company)
        payouts = [payout for settlement in looked_at for payout in settlement._to_payouts(payers)]
        entries = self._find_bank_entries(company, payouts, payers)
        named = self._search_named_settlements(company, entries) - looked_at
        payouts += [payout for settlement in named for payout in settlement._to_payouts(payers)]
        return pair_payouts(payouts, entries)

    def _note_bank_proposals(self, outcome):
        """Store what a person may agree to on the settlements it is about, and on the bank lines that name them."""
        for settlement in self:
            found = outcome.proposals.get((settlement.id, PAYOUT), ())
            stored = [
                {
                    "message": proposal.message.to_json(),
                    "settlement_ids": [payout_id for payout_id, _kind in proposal.payouts],
                    "item_ids": list(proposal.entries),
                }
                for proposal in found
            ] or False
            if (settlement.bank_proposal_data or False) != stored:
                settlement.bank_proposal_data = stored
                settlement._say_on_bank_lines(stored or [])

    def _say_on_bank_lines(self, proposals):
        """Say on bank lines that name a payout why they were not matched with it."""
        for proposal in proposals:
            if proposal["message"][0] in ("bank_named_less", "bank_named_more", "bank_second_entry"):
                items = self.env["account.move.line"].sudo().browse(proposal["item_ids"])
                for move in items.move_id:
                    why = self.env["settlement.message"]._render_stored([proposal["message"]])
                    body = self.env._("This bank line was not matched with %s:", self._get_html_link())
                    move.message_post(body=body + " " + why)

    def _book_pair(self, pair):
        """Reconcile the settlement with the entry found for it; return whether that was possible.

        :param pair: :class:`~..matching.bank.Pair`.
        """
        self.ensure_one()
        if self.provider_id.state == "shadow":
            return False
        item = self.env["account.move.line"].sudo().browse(pair.entry.id)
        if pair.gives_way and not self._let_go_of_bank_line(item):
            return False
        if pair.payout.id[1] == PAYOUT and not pair.gives_way and self._is_open_otherwise(pair):
            return False
        self._close_undone()
        counterpart = item._put_on_clearing(self).sudo(False)
        if pair.payout.id[1] == PAYOUT:
            self._reconcile_groups([counterpart | self._get_open_clearing_lines()])
            if self._is_of_balance_alone():
                link = counterpart.sudo().move_id._get_html_link()
                self.message_post(body=self.env._("The payout was matched with bank line %s.", link))
            is_named = names(pair.entry.text, self.payout_reference or "")
            self.write({"bank_proposal_data": False, "is_bank_found_by_amount": not is_named})
        else:
            (self | self.carried_to_id)._close_each()
            self.message_post(body=self._get_counterpart_message(counterpart))
        self._learn_bank_account(counterpart.sudo())
        return True

    def _close_each(self):
        for settlement in self:
            settlement._close_own_clearing()

    def _part_from_others(self):
        """Take apart what one bank line had closed of this payout and another, one of them below zero: each waits for a
        bank line of its own again. What was carried from one to the other stays together."""
        for partial in (self.clearing_line_ids.matched_debit_ids | self.clearing_line_ids.matched_credit_ids).exists():
            both = (partial.debit_move_id | partial.credit_move_id).settlement_clearing_id
            carried = both.carried_to_id | both.carried_from_ids | both.balance_from_id
            if len(both) == 2 and not carried & both:
                as_own(partial).unlink()

    def _close_undone(self):
        """Reconcile what stands open of vouchers that were reversed with their reversals: a bank line that was taken
        back since had kept them apart, and the next one is not to meet either."""
        items = self._get_clearing_items().filtered("amount_residual_currency")
        groups = []
        for reversal in items.filtered("move_id.reversed_entry_id"):
            undone = items.filtered(
                lambda item, reversal=reversal: (
                    item.move_id == reversal.move_id.reversed_entry_id
                    and item.amount_residual_currency == -reversal.amount_residual_currency
                )
            )
            if undone:
                groups.append(undone[0] | reversal)
                items -= undone[0]
        for settlement in self:
            own = [group for group in groups if group.settlement_clearing_id == settlement]
            settlement._reconcile_groups(own)

    def _is_open_otherwise(self, pair):
        """Note that another amount is open on the clearing account than the entry, and return whether that is so."""
        open_lines = self._get_open_clearing_lines() - self.env["account.move.line"].browse(pair.entry.id)
        amount = to_decimal(sum(open_lines.mapped("amount_residual_currency")), self.currency_id)
        # What was owed before the first report is on the account from the bookkeeping before, as that report says.
        earlier = 0 if self.balance_from_id else self.opening_balance
        if pair.entry.amount in (amount, amount + to_decimal(earlier, self.currency_id)):
            return False
        values = {"date": pair.entry.date, "amount": pair.entry.amount, "currency": pair.entry.currency, "open": amount}
        message = Message("bank_open_differs", values).to_json()
        self.bank_proposal_data = [{"message": message, "settlement_ids": self.ids, "item_ids": [pair.entry.id]}]
        return True

    def _get_counterpart_message(self, item):
        link = item.sudo().move_id._get_html_link()
        if item.amount_currency * self.payout_amount > 0 and self.carried_to_id:
            return self.env._("The payout was returned by bank line %s.", link)
        return self.env._("What was paid to the provider is bank line %s.", link)

    def _let_go_of_bank_line(self, item):
        """Let a bank line that was found by its amount give way to one that names the payout.

        :param item: of the one that names it. :return: whether the other could be taken back.
        """
        earlier = self.bank_line_ids.sudo()
        try:
            with self.env.cr.savepoint():
                as_own(earlier).action_undo_reconciliation()
        except UserError as error:
            self._post_once(
                self.env._(
                    "Bank line %(line)s names this payout, but %(earlier)s cannot be taken back: %(error)s",
                    line=item.move_id.name,
                    earlier=earlier.move_id.name,
                    error=str(error),
                )
            )
            return False
        self.message_post(
            body=self.env._(
                "Bank line %(earlier)s had been matched by its amount alone. It waits again, as %(line)s names the "
                "payout.",
                earlier=earlier.move_id._get_html_link(),
                line=item.move_id._get_html_link(),
            )
        )
        return True

    def _get_open_clearing_lines(self):
        """Return the open clearing lines a payout covers: its own, those of aborted payouts included in it, what the
        bank's lines of returns and top-ups left open, balances that were carried on, and accepted opening items."""
        lines = self._get_clearing_items() | self.bank_item_ids.sudo(False)
        for settlement in self.carried_from_ids:
            lines |= settlement._get_open_clearing_lines()
        lines = lines.filtered(lambda line: line.amount_residual_currency or line.amount_residual)
        return lines | self._get_carried_lines() | self._get_opening_items()

    def _note_bank_line_taken_back(self, item):
        """Note that a person has taken a bank line back from this payout.

        :param item: the item of the bank's side, which still stands where it stood.
        """
        self.ensure_one()
        move = item.move_id
        if move.statement_line_id:
            self.refused_bank_line_ids |= move.statement_line_id
        else:
            self.refused_item_ids |= item
        self.is_bank_found_by_amount = False
        if item.settlement_payout_id == self:
            as_own(item).settlement_payout_id = False
        self.message_post(
            body=self.env._(
                "Bank line %(line)s was taken back by %(user)s. It is not matched with this payout again until you "
                "press Match Bank.",
                line=move._get_html_link(),
                user=self.env.user.name,
            )
        )

    def _learn_bank_account(self, item):
        """Note from which account the provider pays, as the bank has told it with a payout's own number."""
        line, partner = item.move_id.statement_line_id.sudo(), self.provider_id.partner_id.sudo()
        number = sanitize_account_number(line.account_number)
        if not partner or not number or not names(line._get_bank_text(), self.payout_reference or ""):
            return
        accounts = self.env["res.partner.bank"].sudo().with_context(active_test=False)
        partner = partner.commercial_partner_id
        if accounts.search_count([("sanitized_acc_number", "=", number), ("partner_id", "=", partner.id)], limit=1):
            return  # Also one that somebody has archived: it stays so.
        accounts.create({"acc_number": line.account_number, "partner_id": partner.id})

    def _get_expected_bank_text(self):
        """Return the text by which the payout is expected in the bank; False while its number is not known."""
        if not self.payout_reference:
            return False
        template = PROVIDERS[self.provider_id.code].bank_text
        return template.format(payout=self.payout_reference, merchant=self.provider_id.merchant_id or "").strip()

    def _note_expected_bank_text(self):
        """Write the text that the bank will show on the vouchers: by it other views of the bank find them."""
        for settlement in self.filtered("payout_reference"):
            text = settlement._get_expected_bank_text()
            moves = settlement.move_ids.filtered(lambda move, text=text: move.payment_reference != text)
            moves.with_context(tracking_disable=True).payment_reference = text

    # ---------------------------------------------------------------- scheduled

    @api.model
    def _cron_bank(self):
        """Scheduled action: match payouts with bank lines. One that fails never stops the others."""
        fault = self.env["settlement.fault"]
        hopeful = self._search_matching_bank_lines()
        hopeful = hopeful.filtered_domain(fault._get_ready_domain("bank", self)).sorted(lambda one: (one.date, one.id))
        self.env["ir.cron"]._commit_progress(remaining=len(hopeful))
        fault._work_through(
            "bank",
            hopeful,
            lambda settlement: settlement.try_lock_for_update(allow_referencing=True)._match_bank(),
            lambda settlement, error: settlement._post_once(
                settlement.env._("The bank line could not be matched: %s", str(error))
            ),
        )

    @api.model
    def _match_all_bank(self):
        """Match every payout with its bank line, in all companies.

        :return: the settlements of which a bank line was found now.
        """
        return self._search_matching_bank_lines()._match_bank()

    @api.model
    def _search_matching_bank_lines(self):
        """Return the settlements of which there is a bank line now; on the others, note what a person may agree to."""
        hopeful = self.browse()
        for company in self.env["account.settlement.provider"]._get_all().company_id:
            settlements = self.with_company(company).with_context(lang=company_language(company))
            outcome = settlements._pair_with_bank(company)
            paired = settlements.browse(dict.fromkeys(pair.payout.id[0] for pair in outcome.pairs))
            about = settlements._search_awaiting_bank(company) | settlements.browse(key[0] for key in outcome.proposals)
            about |= settlements.search([("company_id", "=", company.id), ("bank_proposal_data", "!=", False)])
            (about - paired)._note_bank_proposals(outcome)
            hopeful |= paired.with_env(self.env)
        return hopeful

    def _post_once(self, body):
        """Post a message, unless it is the last one already."""
        if body not in (self.message_ids[:1].body or ""):
            self.message_post(body=body)
