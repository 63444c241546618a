import { defineOperation } from '../../../shared/execution/operation';
import { clearFieldsOption, recordParameters } from '../../../shared/fields/parameters';
import type { ThreatConnect } from '../../api/client';
import { CLEAR_EXAMPLE, table } from '../../fields/groupFields';
import { referenceKey } from '../../api/references';
import { keysShowing } from '../../flows/compareGroup';
import { updateGroup } from '../../flows/updateGroup';
import {
	readResponseOptions,
	groupOptions,
	groupParameters,
	groupRecords,
	readReference,
} from '../parameters';

export const update = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'update',
	name: 'Update',
	action: 'Update group',
	builderHint:
		'Changes one known group by ID or XID. Each list in updateFields has a mode: append adds, delete removes, replace removes all that is not given.',
	description:
		'Change fields of a group, and add, replace or remove its tags, attributes, labels and associations',
	parameters: [
		...groupParameters('searchWritableOwners'),
		...recordParameters(table, 'update'),
		groupOptions(clearFieldsOption(table, CLEAR_EXAMPLE)),
	],
	records: groupRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const body = item.body('update');
		const options = readResponseOptions(item, body);
		const done = item.retryLog.partsDone(item.index);
		return {
			orderKey: referenceKey(reference),
			sets: keysShowing(body),
			run: async () => (await updateGroup(api, reference, body, { options, done })).group,
		};
	},
});
