import { oneOf } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { optionalSwitch, optionalText, readNumber } from '../../../shared/core/readValue';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { inputFile, uploadFile } from '../../flows/uploadFile';

const DEFAULT_PROCESSING_SECONDS = 300;

export const upload = defineOperation<ThreatConnect>({
	resource: 'file',
	operation: 'upload',
	name: 'Upload',
	action: 'Upload file to group',
	builderHint:
		'Needs a Document or Report group that exists: create it first, with fileName, and give its id as groupId.',
	description: 'Upload the file of a Document or Report, also of malware for the Malware Vault',
	parameters: [
		...groupParameters('searchWritableOwners'),
		{
			displayName: 'Input Binary Field',
			name: 'inputField',
			type: 'string',
			default: 'data',
			required: true,
			hint: 'The name of the input binary field that holds the file',
		},
		{
			displayName: 'If the Group Has a File Already',
			name: 'ifFileExists',
			type: 'options',
			options: [
				{ name: 'Refuse', value: 'refuse', description: 'Keep the present file; the item fails' },
				{ name: 'Replace It', value: 'replace', description: 'The present file is lost' },
			],
			default: 'refuse',
		},
		{
			displayName: 'Wait Until Processed',
			name: 'waitUntilProcessed',
			type: 'boolean',
			default: false,
			description:
				'Whether to go on only when ThreatConnect has processed the file. Until then it cannot be downloaded.',
		},
		{
			displayName: 'Time Limit for Processing',
			name: 'processingLimit',
			type: 'number',
			typeOptions: { minValue: 1 },
			default: DEFAULT_PROCESSING_SECONDS,
			description: 'How many seconds to wait for it',
			displayOptions: { show: { waitUntilProcessed: [true] } },
		},
		optionsCollection(activityLogOption, {
			displayName: 'File Name',
			name: 'fileName',
			type: 'string',
			default: '',
			placeholder: 'e.g. report.pdf',
			description:
				'Name of the file in ThreatConnect; if empty, the one it has. ThreatConnect knows the type of a file by the end of its name.',
		}),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const { fileName } = item.options;
		const createActivityLog = readActivityLog(item);
		const name = optionalText(fileName, '"File Name" (fileName)');
		const limit = item.parameter('processingLimit') ?? DEFAULT_PROCESSING_SECONDS;
		const seconds = readNumber(limit, '"Time Limit for Processing" (processingLimit)', 0);
		const ifFileExists = item.parameter('ifFileExists');
		const label = '"If the Group Has a File Already" (ifFileExists)';
		const waits = item.parameter('waitUntilProcessed');
		const details = {
			file: inputFile(item, item.parameter('inputField')),
			...(name !== undefined && { fileName: name }),
			createActivityLog,
			replace: oneOf(ifFileExists, label, 'refuse', 'replace') === 'replace',
			...(optionalSwitch(waits, '"Wait Until Processed" (waitUntilProcessed)', false) && {
				processing: seconds * 1000,
			}),
		};
		return {
			orderKey: referenceKey(reference),
			run: async () => await uploadFile(api, reference, details),
		};
	},
});
