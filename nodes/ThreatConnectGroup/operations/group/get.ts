import type { OperationFile } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { answerOptions, fieldsOption, groupParameters, readReference } from '../parameters';

const show = { resource: ['group'], operation: ['get'] };

export const get: OperationFile<ThreatConnect> = {
	resource: 'group',
	operation: 'get',
	name: 'Get',
	action: 'Get a group',
	description: 'Get a group by its ID, or by its XID and owner',
	parameters: [...groupParameters(show, 'searchOwners'), optionsCollection(show, fieldsOption)],
	prepare(item, api) {
		const reference = readReference(item);
		const { fields } = answerOptions(item);
		return { run: async () => await api.getGroup(reference, { fields }) };
	},
};
