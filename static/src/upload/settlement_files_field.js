import { _t } from "@web/core/l10n/translation";
import { FileInput } from "@web/core/file_input/file_input";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { many2ManyBinaryField, Many2ManyBinaryField } from "@web/views/fields/many2many_binary/many2many_binary_field";

/**
 * Odoo's input of files, without the empty ones: it fails on a file of 0 bytes, and then stays disabled.
 */
export class SettlementFileInput extends FileInput {
    setup() {
        super.setup();
        this.notification = useService("notification");
    }

    get httpParams() {
        const params = super.httpParams;
        return { ...params, ufile: params.ufile.filter((file) => file.size) };
    }

    async onFileInputChange() {
        const input = this.fileInputRef.el;
        const files = [...input.files];
        for (const file of files.filter((each) => !each.size)) {
            this.notification.add(
                _t("%s is empty (0 bytes), so it was not uploaded. Download it again from the provider.", file.name),
                { type: "danger", sticky: true }
            );
        }
        if (files.some((file) => file.size)) {
            await super.onFileInputChange();
        } else {
            // The same file may be chosen again once it has been downloaded again.
            input.value = null;
        }
    }
}

/** The settlement files that a person chooses. */
export class SettlementFilesField extends Many2ManyBinaryField {
    static components = { FileInput: SettlementFileInput };
}

registry.category("fields").add("settlement_files", {
    ...many2ManyBinaryField,
    component: SettlementFilesField,
});
