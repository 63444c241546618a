import type { INodeProperties } from 'n8n-workflow';

import { notice } from '../../../shared/form';
import type { Show } from '../common';
import type { Item } from '../../../shared/item';
import { isJsonObject, type JsonObject } from '../../../shared/json';
import { oneOf } from '../../../shared/kinds';
import { onceOnly } from '../../../shared/onceOnly';
import { isRefusal } from '../../answers';
import type { AttackForge } from '../../api';
import { accessChanges, type AccessMode, type CustomFieldsMode, removesAccess } from '../../changes';

/** What Update and Create or Update share. */

export const updatingOptions: INodeProperties[] = [
	{
		displayName: 'Access',
		name: 'accessMode',
		type: 'options',
		options: [
			{
				name: 'Change Entries',
				value: 'operations',
				description: 'Each entry is added, changed or removed; others stay',
			},
			{
				name: 'Make Exactly Like This',
				value: 'exact',
				description:
					'Entries that are not given are removed from each list that is given; reads the group first',
			},
		],
		default: 'operations',
		description: 'What happens to access entries of the group that are not given',
	},
	{
		displayName: 'Custom Fields',
		name: 'customFieldsMode',
		type: 'options',
		options: [
			{
				name: 'Set These, Keep the Others',
				value: 'merge',
				description: 'Reads the group first, and writes its other custom fields back with those given',
			},
			{
				name: 'Replace All',
				value: 'replace',
				description: 'Writes only those given; AttackForge does not document whether it then keeps others',
			},
		],
		default: 'merge',
		description: 'What happens to custom fields of the group that are not given',
	},
];

/** What an update may take away. The slashes: older versions of n8n find no parameter inside a collection without. */
export const updatingNotices = (show: Show, collection: string): INodeProperties[] => [
	notice(
		'isDeletedNotice',
		'The group will be deleted in AttackForge. Sent as off, Is Deleted brings it back.',
		{
			show: { ...show, dataMode: ['define'], [`/${collection}.is_deleted`]: [true] },
		},
	),
	notice(
		'accessModeNotice',
		'SSO groups and administrators that are not given are removed from each list that is given',
		{ show: { ...show, '/options.accessMode': ['exact'] } },
	),
	notice(
		'customFieldsModeNotice',
		'Only the custom fields that are given are written: AttackForge may remove all others',
		{ show: { ...show, '/options.customFieldsMode': ['replace'] } },
	),
];

export function readModes(item: Item): { access: AccessMode; customFields: CustomFieldsMode } {
	const { accessMode, customFieldsMode } = item.options;
	return {
		access: oneOf(accessMode ?? 'operations', '"Access" (accessMode)', 'operations', 'exact'),
		customFields: oneOf(
			customFieldsMode ?? 'merge',
			'"Custom Fields" (customFieldsMode)',
			'merge',
			'replace',
		),
	};
}

/**
 * Updates a group. After an answer that was lost it looks at the access of the group: an entry that is gone already
 * cannot be removed again. All else may be written twice, and so needs no look-up.
 */
export async function writeGroup(api: AttackForge, id: string, body: JsonObject): Promise<void> {
	let left = body;
	if (removesAccess(left)) {
		await onceOnly({
			signal: api.signal,
			async act() {
				await api.updateGroup(id, left);
				left = {};
				return true;
			},
			async find() {
				const { access, ...others } = left;
				const { access: present } = await api.getGroup(id);
				const changes = isJsonObject(access) ? accessChanges(access, present, 'operations') : undefined;
				left = changes ? { ...others, access: changes } : others;
				return removesAccess(left) ? undefined : true;
			},
		});
	}
	if (Object.keys(left).length > 0) await api.updateGroup(id, left);
}

/** UpdateGroup answers with a status only. The update stands, so a read that is not granted must not fail the item. */
export async function readBack(api: AttackForge, id: string, sent: JsonObject): Promise<JsonObject> {
	try {
		return await api.getGroup(id);
	} catch (error) {
		const reason = isRefusal(error) ? 'the key may not use GetGroup' : (error as Error).message;
		return {
			id,
			...sent,
			_notice: `The group was updated, but could not be read back (${reason}): these are the fields as they were sent.`,
		};
	}
}
