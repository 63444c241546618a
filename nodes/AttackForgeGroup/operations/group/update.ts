import { defineOperation } from '../../../shared/execution/operation';
import { extraJsonOption, optionsCollection, previewOption } from '../../../shared/execution/options';
import { clearFieldsOption, recordParameters } from '../../../shared/fields/parameters';
import type { AttackForge } from '../../api/client';
import { withoutNobody } from '../../fields/changes';
import { CLEAR_EXAMPLE, table } from '../../fields/groupFields';
import {
	changedGroupRecords,
	groupParameter,
	readGroupId,
	readModes,
	updatingNotices,
	updatingOptions,
} from '../parameters';
import {
	checkBody,
	definitionsFor,
	definitionsLoader,
	forAccessMode,
	noteDoubts,
} from '../../flows/checkBody';
import { readBack, withState, updateGroup } from '../../flows/updateGroup';

export const update = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'update',
	name: 'Update',
	action: 'Update group',
	builderHint:
		'Changes one known group by its ID. access entries are changes (action upsert or remove), unless options.accessMode is exact.',
	description: 'Change fields, custom fields and access of a group, or delete it by its "Is Deleted" field',
	parameters: [
		groupParameter(),
		...recordParameters(table, 'update'),
		optionsCollection(
			extraJsonOption,
			previewOption,
			clearFieldsOption(table, CLEAR_EXAMPLE),
			...updatingOptions,
		),
		...updatingNotices('updateFields'),
	],
	records: changedGroupRecords,
	load: definitionsLoader('update'),
	prepare(item, api) {
		const id = readGroupId(item);
		const modes = readModes(item);
		const given = forAccessMode(item.body('update'), item, modes);
		const definitions = definitionsFor(item, api);
		const checked = checkBody(given, item, definitions);
		const body = withoutNobody(checked.of());
		noteDoubts(body, item, definitions);
		return {
			orderKey: id,
			sets: Object.keys(body),
			async run() {
				const written = await updateGroup(api, { id, checked, modes });
				const group = await readBack(api, id, body);
				return { ...withState(group, body), _outcome: written ? 'updated' : 'unchanged' };
			},
		};
	},
});
