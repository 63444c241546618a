import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { deleteAttribute } from '../../flows/groupAttributes';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { attributeParameters, readAttributeName } from './parameters';

export const deleteAttributeOfGroup = defineOperation<ThreatConnect>({
	resource: 'attribute',
	operation: 'delete',
	name: 'Delete',
	action: 'Delete attribute of group',
	description: 'Delete one attribute of a group for good, found by its ID, or by its type and value',
	parameters: [
		...groupParameters('searchWritableOwners'),
		...attributeParameters,
		optionsCollection(activityLogOption, previewOption),
	],
	prepare(item, api) {
		const reference = readReference(item, api);
		const name = readAttributeName(item);
		const createActivityLog = readActivityLog(item);
		return {
			orderKey: referenceKey(reference),
			run: async () => await deleteAttribute(api, reference, name, { createActivityLog }),
		};
	},
});
