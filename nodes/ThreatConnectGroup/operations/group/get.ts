import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import {
	readResponseOptions,
	fieldsOption,
	groupParameters,
	groupRecords,
	readReference,
} from '../parameters';

export const get = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'get',
	name: 'Get',
	action: 'Get group',
	description: 'Get a group by its ID, or by its XID and owner',
	parameters: [...groupParameters('searchOwners'), optionsCollection(fieldsOption)],
	records: groupRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const { fields } = readResponseOptions(item);
		return { run: async () => await api.getGroup(reference, { fields }) };
	},
});
