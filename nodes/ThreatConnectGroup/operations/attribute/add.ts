import { InvalidInput } from '../../../shared/core/errors';
import type { JsonObject } from '../../../shared/core/json';
import { isBlank } from '../../../shared/core/readValue';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection, previewOption } from '../../../shared/execution/options';
import { labelOf } from '../../../shared/fields/field';
import { fieldProperty } from '../../../shared/fields/parameters';
import type { ThreatConnect } from '../../api/client';
import { referenceKey } from '../../api/references';
import { attributeCollection, NEW_FIELDS, readAttributeFields, VALUE } from '../../fields/attributeFields';
import { addAttribute } from '../../flows/groupAttributes';
import { activityLogOption, groupParameters, readActivityLog, readReference } from '../parameters';
import { attributeRecords, attributeTypeParameter, readAttributeType } from './parameters';

export const addAttributeToGroup = defineOperation<ThreatConnect>({
	resource: 'attribute',
	operation: 'add',
	name: 'Add',
	action: 'Add attribute to group',
	description: 'Add an attribute to a group, unless the group has the same one already',
	parameters: [
		...groupParameters('searchWritableOwners'),
		attributeTypeParameter(),
		{ ...fieldProperty(VALUE, 'create'), required: true },
		attributeCollection('Additional Fields', 'additionalFields', NEW_FIELDS, 'create'),
		optionsCollection(activityLogOption, previewOption),
	],
	records: attributeRecords,
	prepare(item, api) {
		const reference = readReference(item, api);
		const type = readAttributeType(item);
		const context = { operation: 'create' as const, zone: item.zone };
		const given = item.parameter('value');
		if (isBlank(given)) {
			throw new InvalidInput(`${labelOf(VALUE)} is empty`, 'Give the value of the attribute.');
		}
		const body = {
			type,
			...readAttributeFields({ value: given }, [VALUE], context),
			...readAttributeFields((item.parameter('additionalFields') ?? {}) as JsonObject, NEW_FIELDS, context),
		};
		const createActivityLog = readActivityLog(item);
		return {
			orderKey: referenceKey(reference),
			run: async () => await addAttribute(api, reference, body, { createActivityLog }),
		};
	},
});
