import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import type { CustomField } from './customFields';

/** Pure functions over groups in AttackForge's responses. */

/** Keys that the list has in place of a single group's keys, from AttackForge's documentation, GetGroups. */
const LIST_KEYS: Readonly<Record<string, string>> = {
	group_id: 'id',
	group_name: 'name',
	group_primary_contact_name: 'primary_contact_name',
	group_primary_contact_number: 'primary_contact_number',
	group_primary_contact_email: 'primary_contact_email',
	group_custom_fields: 'custom_fields',
};

/** What each response that holds a group shows of it: the response to a creation, a single group, and the list. */
export const COMMON_KEYS = [
	'id',
	'name',
	'group_owner',
	'primary_contact_name',
	'primary_contact_number',
	'primary_contact_email',
	'custom_fields',
];

/** What says what a group is. */
export const SIMPLE_KEYS = [...COMMON_KEYS, 'is_deleted', 'created', 'last_modified'];

/** Keys of a group besides the simple ones: AttackForge documentation, GetGroup. */
export const OTHER_KEYS = [
	'access',
	'auto_add_project_request',
	'created_by',
	'enable_project_team_notifications',
	'members',
	'projects',
];

/** A group under the names that a single one has, wherever it comes from. */
export function normalizeGroup(group: JsonObject): JsonObject {
	return Object.fromEntries(
		Object.entries(group).map(([key, value]) => [
			Object.hasOwn(LIST_KEYS, key) ? LIST_KEYS[key] : key,
			value,
		]),
	);
}

/**
 * The fields that a list and a single group have in common, in one order and with one set of keys, and a few fields
 * that only a single group has.
 */
export function simplifyGroup(group: JsonObject): JsonObject {
	const normalized = normalizeGroup(group);
	return {
		...Object.fromEntries(
			SIMPLE_KEYS.filter((key) => key in normalized).map((key) => [key, normalized[key]]),
		),
		...(isArchived(normalized) && { archived: true }),
	};
}

/** Under which keys AttackForge may show that a group is archived. The documentation does not say that it does. */
export const ARCHIVED_KEYS = ['archived', 'is_archived'];

export const isArchived = (group: JsonObject): boolean => ARCHIVED_KEYS.some((key) => group[key] === true);

/** The members of a group; `undefined` if the response does not show them. */
export const membersOf = ({ members }: JsonObject): JsonObject[] | undefined =>
	Array.isArray(members) && members.every(isJsonObject) ? members : undefined;

/** The members of a group; `undefined` if the response does not show all of them with the IDs of the users. */
export function identifiedMembers(group: JsonObject): JsonObject[] | undefined {
	const members = membersOf(group);
	return members?.every(({ userId }) => !isUnset(userId)) ? members : undefined;
}

/** A member with the keys that the rest of the API uses. */
export function simplifyMember(member: JsonObject): JsonObject {
	const { name, userId, accessLevel, created, last_updated } = member;
	return { user_id: userId, name, access_level: accessLevel, created, last_updated };
}

export function customFieldsOf(group: JsonObject): CustomField[] {
	const { custom_fields: fields } = normalizeGroup(group);
	if (!Array.isArray(fields)) return [];
	return fields.flatMap((field: unknown) =>
		isJsonObject(field) && typeof field.key === 'string' ? [{ key: field.key, value: field.value }] : [],
	);
}

export const customFieldOf = (group: JsonObject, key: string): unknown =>
	customFieldsOf(group).find((field) => field.key === key)?.value;

/**
 * Whether a response shows the custom fields of a group. If it does not, that does not mean that the group has none.
 */
export const showsCustomFields = (group: JsonObject): boolean =>
	Array.isArray(normalizeGroup(group).custom_fields);
