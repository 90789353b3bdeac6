import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { MonetaryField, monetaryField } from "@web/views/fields/monetary/monetary_field";

/**
 * An amount of a report that opens what it is the sum of.
 *
 * Option `action`: the record's method that returns what to open.
 */
export class FigureField extends MonetaryField {
    static template = "settlement_bridge.FigureField";
    static props = { ...MonetaryField.props, action: { type: String } };

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.actionService = useService("action");
    }

    async onClick() {
        const { resModel, resId, context } = this.props.record;
        const action = await this.orm.call(resModel, this.props.action, [[resId]], { context });
        await this.actionService.doAction(action);
    }
}

export const figureField = {
    ...monetaryField,
    component: FigureField,
    extractProps: (info) => ({ ...monetaryField.extractProps(info), action: info.options.action }),
};

registry.category("fields").add("settlement_figure", figureField);
