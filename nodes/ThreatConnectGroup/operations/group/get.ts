import type { OperationFile } from '../../../shared/operation';
import { optionsCollection } from '../../../shared/options';
import type { ThreatConnect } from '../../api';
import { answerOptions, fieldsOption, groupParameters, readReference } from './common';

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
