import type { OperationFile } from '../../../shared/operation';
import { recordParameters } from '../../../shared/parameters';
import type { ThreatConnect } from '../../api';
import { table } from '../../fields';
import { referenceKey } from '../../references';
import { changeGroup } from './changing';
import { answerOptions, groupOptions, groupParameters, readReference } from './common';

const show = { resource: ['group'], operation: ['update'] };

export const update: OperationFile<ThreatConnect> = {
	resource: 'group',
	operation: 'update',
	name: 'Update',
	action: 'Update a group',
	builderHint:
		'Changes one known group by ID or XID. Each list in updateFields has a mode: append adds, delete removes, replace removes all that is not given.',
	description:
		'Change fields of a group, and add, replace or remove its tags, attributes, labels and associations',
	parameters: [
		...groupParameters(show, 'searchWritableOwners'),
		...recordParameters(table, 'update', show),
		groupOptions(show),
	],
	prepare(item, api) {
		const reference = readReference(item);
		const body = item.record('update');
		const options = answerOptions(item);
		return {
			record: referenceKey(reference),
			run: async () => await changeGroup(api, reference, body, options),
		};
	},
};
