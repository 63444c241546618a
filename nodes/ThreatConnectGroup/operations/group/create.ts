import { recordParameters } from '../../../shared/fields';
import type { OperationFile } from '../../../shared/items';
import type { ThreatConnect } from '../../api';
import { table } from '../../fields';
import { answerOptions, groupOptions } from './common';
import { assignXidOption, createGroup, readCreation } from './creating';

const show = { resource: ['group'], operation: ['create'] };

export const create: OperationFile<ThreatConnect> = {
	resource: 'group',
	operation: 'create',
	name: 'Create',
	action: 'Create group',
	description: 'Create a group, such as an incident, a report or a signature, with its tags and associations',
	parameters: [...recordParameters(table, 'create', show), groupOptions(show, assignXidOption)],
	prepare(item, api) {
		const body = item.record('create');
		const creation = readCreation(item, answerOptions(item));
		return { run: async () => await createGroup(api, body, creation) };
	},
};
