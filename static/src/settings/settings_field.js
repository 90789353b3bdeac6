import { Component } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { CharField } from "@web/views/fields/char/char_field";
import { standardFieldProps } from "@web/views/fields/standard_field_props";

/**
 * The settings of a source, each a row of its own, shown as if they were fields of the source's form: what its platform
 * calls them, what was entered (secrets masked), and where they are found.
 */
export class SettingsField extends Component {
    static template = "settlement_bridge.SettingsField";
    static components = { CharField };
    static props = { ...standardFieldProps };

    get allRows() {
        return this.props.record.data[this.props.name].records;
    }

    /** The rows that count beside what is entered in the others. */
    get rows() {
        return this.allRows.filter((row) => {
            if (!row.data.needed_if?.length) {
                return true;
            }
            const [name, value] = row.data.needed_if;
            const other = this.allRows.find((each) => each.data.name === name);
            return Boolean(other) && this.getValue(other) === value;
        });
    }

    getId(row) {
        return `${this.props.id || this.props.name}_${row.data.name}`;
    }

    /** What stands in an empty field: what counts then, or that it may not stay so. */
    getPlaceholder(row) {
        return row.data.default_value || (row.data.is_required ? _t("Required") : "");
    }

    /** What counts: what was entered, else the default. */
    getValue(row) {
        return row.data.value || row.data.default_value || "";
    }

    getChoice(row) {
        const choice = row.data.choices.find(([value]) => value === this.getValue(row));
        return choice ? choice[1] : "";
    }

    choose(row, value) {
        return row.update({ value: value || false });
    }
}

registry.category("fields").add("settlement_settings", {
    component: SettingsField,
    supportedTypes: ["one2many"],
    useSubView: true,
});
