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
import { downloadFile } from '../../flows/downloadFile';

export const download = defineOperation<ThreatConnect>({
	resource: 'file',
	operation: 'download',
	name: 'Download',
	action: 'Download file of group',
	description: 'Download the file of a Document or Report',
	parameters: [...groupParameters('searchOwners'), outputField(), optionsCollection()],
	records: plainGroupRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const field = readOutputField(item);
		return { run: async () => await downloadFile(api, reference, item, field) };
	},
});
