import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import {
	groupParameters,
	outputField,
	plainGroupRecords,
	readOutputField,
	readReference,
} from '../parameters';
import { downloadReport } from '../../flows/downloadFile';

export const downloadPdf = defineOperation<ThreatConnect>({
	resource: 'file',
	operation: 'downloadPdf',
	name: 'Download PDF Report',
	action: 'Download group as PDF report',
	description:
		'Download the PDF report that ThreatConnect makes of a group: of all types but Document, Email, Signature and Task',
	parameters: [...groupParameters('searchOwners'), outputField(), optionsCollection()],
	records: plainGroupRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const field = readOutputField(item);
		return { run: async () => await downloadReport(api, reference, item, field) };
	},
});
