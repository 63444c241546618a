import type { INodeProperties } from 'n8n-workflow';

import type { JsonObject } from '../../shared/core/json';
import { saysNothing } from '../../shared/core/readValue';
import { type Field, type FieldContext, field, labelOf, type Operation } from '../../shared/fields/field';
import { flag, text } from '../../shared/fields/fieldTypes';
import { fieldProperty } from '../../shared/fields/parameters';
import { SECURITY_LABELS } from './groupLists';
import { nestedNames } from './rowTypes';

/** The fields of one attribute, for the operations on attributes. In the lists of a group they are rows. */

const common: readonly Field[] = [
	field(
		'default',
		'Default',
		flag(),
		'Whether this is the default attribute of its type, which takes the place of the former one',
	),
	field(
		'pinned',
		'Pinned',
		flag(),
		'Whether the attribute is pinned, so that it stands among the details of the group',
	),
	field('source', 'Source', text(), 'Where the value comes from', { placeholder: 'e.g. Mail gateway' }),
];

export const VALUE = field('value', 'Value', text({ rows: 3 }), 'What the attribute says', {
	placeholder: 'e.g. Seen in mails to the finance team',
});

/** What a new attribute may have besides its type and value. */
export const NEW_FIELDS: readonly Field[] = [
	...common,
	field(
		'securityLabels',
		'Security Labels',
		nestedNames(),
		'Names of labels for this attribute: comma-separated, or an array from an expression',
		{ placeholder: 'e.g. TLP:AMBER' },
	),
];

/** What an update may change. */
export const CHANGEABLE_FIELDS: readonly Field[] = [
	...common,
	VALUE,
	field('securityLabels', 'Security Labels', SECURITY_LABELS, 'Labels of this attribute'),
];

export const attributeCollection = (
	displayName: string,
	name: string,
	fields: readonly Field[],
	operation: Operation,
): INodeProperties => ({
	displayName,
	name,
	type: 'collection',
	placeholder: 'Add Field',
	default: {},
	options: fields
		.map((one) => fieldProperty(one, operation))
		.sort((a, b) => a.displayName.localeCompare(b.displayName)),
});

/** @returns what the values say, in the API's form; blanks are left out */
export function readAttributeFields(
	values: JsonObject,
	fields: readonly Field[],
	context: Omit<FieldContext, 'label'>,
): JsonObject {
	const body: JsonObject = {};
	for (const one of fields) {
		if (saysNothing(values[one.name])) continue;
		const value = one.kind.read(values[one.name], { ...context, label: labelOf(one) });
		if (value !== undefined) body[one.name] = value;
	}
	return body;
}
