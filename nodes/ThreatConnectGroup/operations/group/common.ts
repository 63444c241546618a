import type { IDisplayOptions, INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/errors';
import type { Item } from '../../../shared/item';
import { oneOf } from '../../../shared/kinds';
import { byName, locator } from '../../../shared/locators';
import { extraJsonOption, optionsCollection } from '../../../shared/options';
import {
	inQuotes,
	isUnset,
	optionalSwitch,
	optionalText,
	readEntries,
	readLong,
	readText,
} from '../../../shared/values';
import type { AnswerOptions } from '../../api';
import type { GroupReference } from '../../references';

export type Show = NonNullable<IDisplayOptions['show']>;

/** `searchWritableOwners` where a group is written. */
type OwnerList = 'searchOwners' | 'searchWritableOwners';

/** Which group an operation is about. */
export function groupParameters(show: Show, owners: OwnerList = 'searchOwners'): INodeProperties[] {
	return [
		{
			displayName: 'Find Group By',
			name: 'findBy',
			type: 'options',
			options: [
				{ name: 'ID', value: 'id', description: 'From a list, by its ID, or by the address of its page' },
				{ name: 'XID', value: 'xid', description: 'By the external ID that it was given, within one owner' },
			],
			default: 'id',
			displayOptions: { show },
		},
		{
			displayName: 'Group ID',
			name: 'groupId',
			...locator('searchGroups', [
				{ displayName: 'By ID', name: 'id', placeholder: 'e.g. 1125899906842625' },
				{
					displayName: 'By URL',
					name: 'url',
					placeholder: 'e.g. https://app.threatconnect.com/#/details/groups/1125899906842625/overview',
				},
			]),
			required: true,
			description:
				'The group: chosen from a list of names, or given by the ID that ThreatConnect shows and Create returns',
			displayOptions: { show: { ...show, findBy: ['id'] } },
		},
		...xidParameters({ ...show, findBy: ['xid'] }, owners, {
			required: true,
			description: 'External ID that the group was created with',
		}),
	];
}

/** An external ID and the owner that it belongs to. */
export const xidParameters = (
	show: Show,
	owners: OwnerList,
	xid: Partial<INodeProperties>,
): INodeProperties[] => [
	{
		displayName: 'Group XID',
		name: 'groupXid',
		type: 'string',
		default: '',
		placeholder: 'e.g. crm:INC-2041',
		displayOptions: { show },
		...xid,
	},
	{
		displayName: 'Owner Name',
		name: 'groupOwner',
		...locator(owners, [byName('e.g. Demo Organization')]),
		description:
			'Organization, Community or Source that has the group; if empty, the organization of the API user',
		displayOptions: { show },
	},
];

const GROUP_ID = '"Group ID" (groupId)';

/** @throws InvalidInput when no group is named, or in a form that would address something else */
export function readReference(item: Item): GroupReference {
	if (oneOf(item.parameter('findBy'), '"Find Group By" (findBy)', 'id', 'xid') === 'id') {
		const given = item.parameter('groupId');
		const id = item.locatorMode('groupId') === 'url' ? idInUrl(given) : given;
		// An empty ID would address the list of all groups.
		if (isUnset(id) || (typeof id === 'string' && id.trim() === '')) {
			throw new InvalidInput(`${GROUP_ID} is empty`, 'Give the ID of the group.');
		}
		return { id: String(readLong(id, GROUP_ID)) };
	}
	const xid = readXid(item.parameter('groupXid'));
	if (xid === undefined) {
		throw new InvalidInput('"Group XID" (groupXid) is empty', 'Give the external ID of the group.');
	}
	const ownerName = readOwner(item);
	return { xid, ...(ownerName !== undefined && { ownerName }) };
}

/** The ID in the address of a group's page, of the present web site or the one before it. */
function idInUrl(value: unknown): unknown {
	if (isUnset(value)) return value;
	const url = readText(value, GROUP_ID).trim();
	const [, id, legacyId] =
		/^https?:\/\/[^?#]*#?\/(?:[^?]*\/)?groups\/(\d+)(?:[/?#]|$)|^https?:\/\/[^?#]+\.xhtml\?[a-z]+=(\d+)(?:[&#]|$)/i.exec(
			url,
		) ?? [];
	if (id !== undefined || legacyId !== undefined) return id ?? legacyId;
	throw new InvalidInput(
		`${GROUP_ID} is ${inQuotes(url)}, which is not the address of a group`,
		"Copy the address of the group's page in ThreatConnect, or choose By ID.",
	);
}

/**
 * An external ID; `undefined` when it is empty or blank.
 *
 * @throws InvalidInput when it would address something else
 */
export function readXid(value: unknown): string | undefined {
	const xid = optionalText(value, '"Group XID" (groupXid)') ?? '';
	if (xid.trim() === '') return undefined;
	if (/^\d+$/.test(xid)) {
		throw new InvalidInput(
			`"Group XID" (groupXid) is ${inQuotes(xid)}, which ThreatConnect would read as an ID`,
			'Find the group by its ID, or use XIDs that are not only digits.',
		);
	}
	if (xid === '.' || xid === '..') {
		throw new InvalidInput(
			`"Group XID" (groupXid) cannot be "${xid}": it would change the path of the request`,
			'Find the group by its ID.',
		);
	}
	return xid;
}

export const readOwner = (item: Item): string | undefined =>
	optionalText(item.parameter('groupOwner'), '"Owner Name" (groupOwner)');

/** What an answer holds: the instance's own list, where it has one. */
export const fieldsOption: INodeProperties = {
	displayName: 'Output Field Names or IDs',
	name: 'fields',
	type: 'multiOptions',
	typeOptions: { loadOptionsMethod: 'getGroupFields' },
	default: [],
	description:
		'What the output should hold besides the fields that ThreatConnect always returns. Choose from the list, or specify IDs using an <a href="https://docs.n8n.io/code/expressions/">expression</a>.',
};

/** The options of operations that write a group and answer with it. */
export const groupOptions = (show: Show, ...own: INodeProperties[]): INodeProperties =>
	optionsCollection(
		show,
		...own,
		extraJsonOption,
		{
			displayName: 'Create Activity Log',
			name: 'createActivityLog',
			type: 'boolean',
			default: false,
			description: "Whether to write an entry to the Activity tab of the API user's organization",
		},
		fieldsOption,
	);

const OUTPUT_FIELD_NAMES = '"Output Field Names" (fields)';

export function answerOptions(item: Item): AnswerOptions {
	const { fields, createActivityLog } = item.options;
	return {
		fields: readEntries(fields, OUTPUT_FIELD_NAMES).map((name) => readText(name, OUTPUT_FIELD_NAMES)),
		createActivityLog: optionalSwitch(createActivityLog, '"Create Activity Log" (createActivityLog)', false),
	};
}
