import type { OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { groupParameters, outputField, readOutputField, readReference } from '../parameters';
import { downloadFile } from '../../flows/downloadFile';

const show = { resource: ['file'], operation: ['download'] };

export const download: OperationFile<ThreatConnect> = {
	resource: 'file',
	operation: 'download',
	name: 'Download',
	action: 'Download the file of a group',
	description: 'Download the file of a Document or Report',
	parameters: [...groupParameters(show), outputField(show), optionsCollection(show)],
	prepare(item, api) {
		const reference = readReference(item);
		const field = readOutputField(item);
		return { run: async () => await downloadFile(api, reference, item, field) };
	},
};
