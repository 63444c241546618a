import { limitParameters, readLimit, returnAllNotice } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { OBJECT_TYPES } from '../../fields/associations';
import { searchFor } from '../../flows/findRecords';
import { associatedTo, objectFilterParameters, readObjectFilters } from '../../query/objectFilters';
import {
	filterValues,
	groupParameters,
	objectFieldsOption,
	objectRecords,
	objectTypeParameter,
	objectFields,
	readObjectType,
	readReference,
	tqlParameter,
} from '../parameters';

export const getAssociations = defineOperation<ThreatConnect>({
	resource: 'association',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many associations of group',
	builderHint:
		'What hangs on a group, one item each: its indicators, groups, cases, artifacts or victim assets. Prefer it to options.fields of group > get, which holds them all in one item. Prefer filters to tql: their values are escaped.',
	description: 'Get the indicators, groups, cases, artifacts or victim assets of a group, one item for each',
	parameters: [
		...groupParameters('searchOwners'),
		objectTypeParameter,
		...limitParameters(),
		returnAllNotice(),
		{
			displayName: 'Filters',
			name: 'filters',
			type: 'collection',
			placeholder: 'Add Filter',
			default: {},
			description: 'Only objects that match all of the filters',
			options: objectFilterParameters,
		},
		tqlParameter('objects', 'e.g. threatAssessScore > 500'),
		optionsCollection(objectFieldsOption),
	],
	records: objectRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const type = readObjectType(item);
		const filters = readObjectFilters(type, filterValues(item), item.parameter('tql'), item.zone);
		const limit = readLimit(item);
		const fields = objectFields(item);
		const searchIn = (id: string) =>
			searchFor({
				path: OBJECT_TYPES[type].path,
				filters: { ...filters, disjunctions: [...filters.disjunctions, associatedTo(id, type)] },
				limit,
				fields,
				// A server that ignored the clause would return the group as its own associate.
				...(type === 'group' && { keep: (group) => String(group.id) !== id }),
			});
		// A value of a filter that cannot be sent is refused before anything is sent.
		searchIn('1');
		return {
			async run() {
				const id = String(await api.idOf(reference));
				const found = await searchIn(id)(api);
				// Nothing is found of a group that does not exist either, and that is to be an error.
				if (found.length === 0 && 'id' in reference) await api.getGroup(reference, {});
				return found;
			},
		};
	},
});
