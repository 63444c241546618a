import { defineOperation } from '../../../shared/execution/operation';
import { extraJsonOption, optionsCollection, previewOption } from '../../../shared/execution/options';
import { recordParameters } from '../../../shared/fields/parameters';
import type { AttackForge } from '../../api/client';
import { table } from '../../fields/groupFields';
import { checkBody, definitionsFor, definitionsLoader, noteDoubts, noteMissing } from '../../flows/checkBody';
import { createGroup, nameOrderKey } from '../../flows/createGroup';
import { changedGroupRecords } from '../parameters';

export const create = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'create',
	name: 'Create',
	action: 'Create group',
	builderHint:
		'Makes a new group for each item, also when one of the same name exists: use upsert to keep groups in step with a CRM or directory.',
	description: 'Create a group with its contacts, custom fields and access',
	parameters: [...recordParameters(table, 'create'), optionsCollection(extraJsonOption, previewOption)],
	records: changedGroupRecords,
	load: definitionsLoader('create'),
	prepare(item, api) {
		const given = item.body('create');
		const definitions = definitionsFor(item, api);
		const body = checkBody(given, item, definitions).of();
		noteDoubts(body, item, definitions);
		noteMissing(body, item, definitions);
		return {
			orderKey: nameOrderKey(body.name),
			sets: Object.keys(body),
			run: async () => await createGroup(api, body),
		};
	},
});
