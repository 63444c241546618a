import type { INodeProperties } from 'n8n-workflow';

import { InvalidInput } from '../../../shared/core/errors';
import { isBlank, readLong } from '../../../shared/core/readValue';
import type { Item } from '../../../shared/execution/item';
import type { RecordFields } from '../../../shared/execution/recordOutput';
import { text } from '../../../shared/fields/fieldTypes';

/** The parameters of posts. */

export const textParameter = (description: string): INodeProperties => ({
	displayName: 'Text',
	name: 'text',
	type: 'string',
	typeOptions: { rows: 3 },
	default: '',
	required: true,
	placeholder: 'e.g. Seen again in the mail gateway',
	description,
});

/** @throws InvalidInput when it is empty */
export function readPostText(item: Item): string {
	const label = '"Text" (text)';
	const given = text().read(item.parameter('text') ?? '', { label, operation: 'create', zone: item.zone });
	if (!isBlank(given)) return String(given);
	throw new InvalidInput(`${label} is empty`, 'Give the text of the post.');
}

export const postIdParameter: INodeProperties = {
	displayName: 'Post ID',
	name: 'postId',
	type: 'string',
	default: '',
	required: true,
	placeholder: 'e.g. 12345',
	description: 'The ID of a post of this group, as Get Many returns it',
};

/** @throws InvalidInput when it is empty, or no ID */
export function readPostId(item: Item): string {
	const label = '"Post ID" (postId)';
	const given = item.parameter('postId');
	if (isBlank(given)) throw new InvalidInput(`${label} is empty`, 'Give the ID of the post.');
	return String(readLong(given, label));
}

/** Posts as ThreatConnect lists them, with the ID of their group. */
export const postRecords: RecordFields = {
	id: 'id',
	simple: ['id', 'groupId', 'text', 'author', 'dateAdded', 'deleteAvailable', 'replies'],
	others: ['authorType', 'linkedItems', 'linkedText', 'aboutLinkedText', 'linkedAuthor'],
	simplify: false,
};
