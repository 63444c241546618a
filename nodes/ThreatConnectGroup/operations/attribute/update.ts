import { InvalidInput } from '../../../shared/core/errors';
import type { JsonObject } from '../../../shared/core/json';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../../shared/execution/options';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { attributeCollection, CHANGEABLE_FIELDS, readAttributeFields } from '../../fields/attributeFields';
import { updateAttribute } from '../../flows/groupAttributes';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { attributeRecords, attributeParameters, readAttributeName } from './parameters';

export const updateAttributeOfGroup = defineOperation<ThreatConnect>({
	resource: 'attribute',
	operation: 'update',
	name: 'Update',
	action: 'Update attribute of group',
	description: 'Change one attribute of a group, found by its ID, or by its type and value',
	parameters: [
		...groupParameters('searchWritableOwners'),
		...attributeParameters,
		attributeCollection('Update Fields', 'updateFields', CHANGEABLE_FIELDS, 'update'),
		optionsCollection(activityLogOption, previewOption),
	],
	records: attributeRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const name = readAttributeName(item);
		const context = { operation: 'update' as const, zone: item.zone };
		const given = (item.parameter('updateFields') ?? {}) as JsonObject;
		const wanted = readAttributeFields(given, CHANGEABLE_FIELDS, context);
		if (Object.keys(wanted).length === 0) {
			throw new InvalidInput(
				'There is nothing to update: no field is set',
				'Add the fields that should change, and check that their expressions give values.',
			);
		}
		const createActivityLog = readActivityLog(item);
		return {
			orderKey: referenceKey(reference),
			run: async () => await updateAttribute(api, reference, name, wanted, { createActivityLog }),
		};
	},
});
