from contextlib import contextmanager

from odoo import api, models
from odoo.exceptions import UserError
from odoo.tools import format_date, formatLang

from ..common.currencies import minor_unit_decimals
from ..common.messages import Message, SettlementError

#: What a sentence ends with.
STOPS = (".", "!", "?", ":", ";", "…")


class SettlementMessage(models.AbstractModel):
    """Sentences of :mod:`~..common.messages` in the reader's language."""

    _name = "settlement.message"
    _description = "Sentences in the Reader's Language"

    @api.model
    def _render(self, message):
        """Return a :class:`~..common.messages.Message` as text."""
        digits = minor_unit_decimals(str(message.values.get("currency", "")))
        values = {name: self._render_value(value, digits) for name, value in message.values.items()}
        if country := self._get_country_name(values.get("country_code")):
            values["country"] = country
        try:
            # The sentences are literals, marked where they are registered.
            return self.env._(message.sentence, **values)  # pylint: disable=gettext-variable
        except (KeyError, TypeError, ValueError):
            # It was stored with other values than its wording shows today: what is known is shown all the same.
            return " ".join([message.sentence, *(f"{name}: {value}" for name, value in values.items())])

    @api.model
    def _get_country_name(self, code):
        """Return a country as the reader calls it, with its code; empty where it is not known."""
        code = code or ""
        name = {"GB": "uk"}.get(code, code.lower())
        country = self.env.ref(f"base.{name}", raise_if_not_found=False) if len(code) == 2 else None
        return f"{country.name} ({code})" if country and country._name == "res.country" else ""

    @api.model
    def _render_stored(self, stored):
        """Return stored messages as text, one a line; False if there are none.

        :param list stored: of :meth:`~..common.messages.Message.to_json`.
        """
        return self._render_all(map(Message.from_json, stored or [])) or False

    @api.model
    def _render_all(self, messages):
        """Return :class:`~..common.messages.Message` as text, one a line."""
        return "\n".join(map(self._render, messages))

    @api.model
    def _join(self, texts):
        """Return rendered sentences on one line. One that ends without a stop, as a person's own reason, gets one."""
        texts = [" ".join(text.split()) for text in texts if text.strip()]
        return " ".join([*(text if text.endswith(STOPS) else f"{text}." for text in texts[:-1]), *texts[-1:]])

    @contextmanager
    def _as_user_error(self):
        """Raise what plain Python refuses as an error that Odoo shows, in the reader's language."""
        try:
            yield
        except SettlementError as error:
            raise UserError(self._render(error.message)) from error

    @api.model
    def _render_value(self, value, digits=2):
        """Return a value of a message as text: a message, an amount or a date in the reader's style, or as it is.

        :param int digits: the decimals of its currency; an amount that has more is shown with all of them.
        """
        if isinstance(value, Message):
            return self._render(value)
        if hasattr(value, "quantize"):
            return formatLang(self.env, float(value), digits=max(digits, -value.normalize().as_tuple().exponent))
        return format_date(self.env, value) if hasattr(value, "isoformat") else value

    @api.model
    def _get_translations(self, message):
        """Return ``{language: text}`` of a message in every language in use, English among them."""
        languages = [code for code, _name in self.env["res.lang"].get_installed()]
        return {
            language: self.with_context(lang=language)._render(message)
            for language in dict.fromkeys(["en_US", *languages])
        }
