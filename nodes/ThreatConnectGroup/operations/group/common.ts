import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/errors';
import { isUnset, readLong } from '../../../shared/fields';
import { extraJsonOption, type Item, optionsCollection } from '../../../shared/items';
import type { AnswerOptions, GroupReference } from '../../api';
import { OUTPUT_FIELDS } from '../../fields';

type Show = NonNullable<IDisplayOptions['show']>;

/** Which group an operation is about. */
export function groupParameters(show: Show): INodeProperties[] {
	return [
		{
			displayName: 'Find Group By',
			name: 'findBy',
			type: 'options',
			options: [
				{ name: 'ID', value: 'id' },
				{ name: 'XID', value: 'xid', description: 'External ID, within one owner' },
			],
			default: 'id',
			displayOptions: { show },
		},
		{
			displayName: 'Group ID',
			name: 'groupId',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. 1125899906842625',
			description: 'ID of the group, as ThreatConnect shows it and as Create returns it',
			displayOptions: { show: { ...show, findBy: ['id'] } },
		},
		{
			displayName: 'Group XID',
			name: 'groupXid',
			type: 'string',
			default: '',
			required: true,
			placeholder: 'e.g. crm:INC-2041',
			description: 'External ID that the group was created with',
			displayOptions: { show: { ...show, findBy: ['xid'] } },
		},
		{
			displayName: 'Owner Name',
			name: 'groupOwner',
			type: 'string',
			default: '',
			placeholder: 'e.g. Demo Organization',
			description: 'Owner of the group; if empty, the organization of the API user',
			displayOptions: { show: { ...show, findBy: ['xid'] } },
		},
	];
}

/** @throws InvalidInput when no group is named, or in a form that would address something else */
export function readReference(item: Item): GroupReference {
	if (item.parameter('findBy') !== 'xid') {
		const id = item.parameter('groupId');
		if (isUnset(id) || (typeof id === 'string' && id.trim() === '')) {
			throw new InvalidInput('"Group ID" (groupId) is empty', 'Give the ID of the group to update.');
		}
		return { id: String(readLong(id, '"Group ID" (groupId)')) };
	}
	const given = item.parameter('groupXid');
	const xid = isUnset(given) ? '' : String(given);
	if (xid.trim() === '') {
		throw new InvalidInput('"Group XID" (groupXid) is empty', 'Give the external ID of the group to update.');
	}
	if (/^\d+$/.test(xid)) {
		throw new InvalidInput(
			`"Group XID" (groupXid) is "${xid}", which ThreatConnect would read as an ID`,
			'Find the group by its ID, or use XIDs that are not only digits.',
		);
	}
	if (xid === '.' || xid === '..') {
		throw new InvalidInput(
			`"Group XID" (groupXid) cannot be "${xid}": it would change the path of the request`,
			'Find the group by its ID.',
		);
	}
	const owner = item.parameter('groupOwner');
	return { xid, ...(!isUnset(owner) && { ownerName: String(owner) }) };
}

/** The options of operations that answer with a group. */
export const groupOptions = (show: Show): INodeProperties =>
	optionsCollection(
		show,
		extraJsonOption,
		{
			displayName: 'Create Activity Log',
			name: 'createActivityLog',
			type: 'boolean',
			default: false,
			description: "Whether to write an entry to the Activity tab of the API user's organization",
		},
		{
			displayName: 'Include in Output',
			name: 'fields',
			type: 'multiOptions',
			options: OUTPUT_FIELDS,
			default: [],
			description: 'What the output should hold besides the fields that ThreatConnect always returns',
		},
	);

export function answerOptions(item: Item): AnswerOptions {
	const { fields, createActivityLog } = item.options;
	return {
		fields: Array.isArray(fields) ? fields.map(String) : [],
		createActivityLog: createActivityLog === true,
	};
}
