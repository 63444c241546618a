import type { INodeProperties } from 'n8n-workflow';

import { asError, InvalidInput, isInDoubt, ServiceFailure } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import type { JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { extraJsonOption, optionsCollection } from '../../../shared/execution/options';
import { clearFieldsOption, recordParameters } from '../../../shared/fields/parameters';
import { inQuotes, isUnset, optionalText, readText } from '../../../shared/core/values';
import { isRefusal } from '../../api/responses';
import type { AttackForge, Scope } from '../../api/client';
import { changesOf } from '../../fields/changes';
import { keyLocator } from '../../fields/customFields';
import { CLEAR_EXAMPLE, table } from '../../fields';
import { customFieldOf, normalizeGroup } from '../../fields/group';
import {
	optionalGroupParameter,
	readGroupId,
	readModes,
	updatingNotices,
	updatingOptions,
} from '../parameters';
import { createGroup, nameLane } from '../../flows/createGroup';
import { readBack, writeGroup } from '../../flows/updateGroup';

const matchParameters: INodeProperties[] = [
	{
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		options: [
			{ name: 'Custom Field', value: 'customField', description: 'For instance a customer code of your CRM' },
			{
				name: 'Group ID',
				value: 'id',
				description: 'Where the ID is known; without one, the group is created',
			},
			{ name: 'Name', value: 'name', description: 'The exact name, upper and lower case included' },
		],
		default: 'name',
		description:
			'What tells whether the group exists already. The output says in <code>_outcome</code> whether it was created, updated or left unchanged.',
	},
	optionalGroupParameter({ matchBy: ['id'] }),
	{
		displayName: 'Custom Field Key',
		name: 'matchKey',
		...keyLocator,
		required: true,
		description:
			'Key of the custom field to match by. Its value is taken from the custom fields given below.',
		displayOptions: { show: { matchBy: ['customField'] } },
	},
];

const searchIn: INodeProperties = {
	displayName: 'Search In',
	name: 'scope',
	type: 'options',
	options: [
		{ name: 'All Groups', value: 'all', description: 'Needs the key of an administrator' },
		{ name: 'Groups That I Am a Member Of', value: 'mine' },
	],
	default: 'all',
	description: 'Where to look for the group. One that is not seen is taken for missing, and created again.',
};

export const upsert = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'upsert',
	name: 'Create or Update',
	action: 'Create or update a group',
	builderHint:
		'The operation for syncing customers from a CRM or directory: it writes only what differs. Match by a custom field that holds the customer code rather than by name, which may change.',
	description: 'Create a new record, or update the current one if it already exists (upsert)',
	parameters: [
		...matchParameters,
		...recordParameters(table, 'upsert'),
		optionsCollection(extraJsonOption, clearFieldsOption(table, CLEAR_EXAMPLE), searchIn, ...updatingOptions),
		...updatingNotices('additionalFields'),
	],
	prepare(item, api) {
		const { create, update } = item.upsertRecords();
		const match = readMatch(item, update);
		const modes = readModes(item);
		return {
			record: match.key,
			async run() {
				const isGone = update.is_deleted === true;
				if (!match.find) {
					return isGone ? notThere(update) : { ...(await createGroup(api, create())), _outcome: 'created' };
				}
				const known = api.written.get(match.key);
				if (known instanceof ServiceFailure) throw notSent(known);
				const present = known ?? (await match.find(api));
				if (!present && isGone) return notThere(update);
				if (!present) return { ...(await createFirst(api, match.key, create())), _outcome: 'created' };
				const id = String(present.id);
				const group = await complete(api, present, update, modes);
				const changes = changesOf(update, group, modes);
				if (Object.keys(changes).length === 0) return { ...group, _outcome: 'unchanged' };
				// Should it fail, nobody knows what the group holds.
				api.written.set(match.key, { id });
				await writeGroup(api, id, changes);
				const after = await readBack(api, id, changes);
				api.written.set(match.key, '_notice' in after ? asWritten(group, changes) : after);
				return { ...after, _outcome: 'updated' };
			},
		};
	},
});

/** How an item finds its group. */
type Match = {
	/** Items with the same key are about the same group. */
	key: string;
	/** Not asked about a group that this run has written: the server's list may lag. Absent: the item makes a new group. */
	find?(api: AttackForge): Promise<JsonObject | undefined>;
};

/** To be deleted, and not there or not listed any more: created first, it would come and go with every run. */
const notThere = (update: JsonObject): JsonObject => ({
	...update,
	_outcome: 'unchanged',
	_notice: 'There is no such group, and none was created, since it is to be deleted.',
});

/** Creates a group that later items find, or learn that it may be there. */
async function createFirst(api: AttackForge, key: string, body: JsonObject): Promise<JsonObject> {
	try {
		const group = await createGroup(api, body);
		api.written.set(key, group);
		return group;
	} catch (error) {
		if (isInDoubt(error)) api.written.set(key, error);
		throw asError(error);
	}
}

/** In doubt as the earlier one is: n8n's Retry On Fail must not send it either. */
const notSent = ({ certainty, doubt }: ServiceFailure) =>
	new ServiceFailure('Not sent: an earlier item may have created this group', '', {}, { certainty, doubt });

/** A group that could not be read back. Its access is unknown: what was written are operations on it. */
function asWritten(group: JsonObject, changes: JsonObject): JsonObject {
	const all: JsonObject = { ...group, ...changes };
	delete all.access;
	return all;
}

function readMatch(item: Item, update: JsonObject): Match {
	const label = '"Match By" (matchBy)';
	const matchBy = oneOf(item.parameter('matchBy'), label, 'name', 'customField', 'id');
	if (matchBy === 'id') return matchById(item, update.name);
	const scope = oneOf<Scope>(item.options.scope ?? 'all', '"Search In" (scope)', 'all', 'mine');
	if (matchBy !== 'customField') {
		const { name } = update;
		if (isUnset(name))
			throw new InvalidInput('"Name" (name) is missing', 'Groups are matched by it: set it.');
		return matchInList(scope, 'name', String(plain(readText(name, '"Name" (name)'))), (group) => group.name);
	}
	const key = optionalText(item.parameter('matchKey'), '"Custom Field Key" (matchKey)')?.trim() ?? '';
	if (!/^\w+$/.test(key)) {
		throw new InvalidInput(
			`"Custom Field Key" (matchKey) cannot be ${inQuotes(key)}`,
			'Give the key of a custom field: letters, numbers and underscores.',
		);
	}
	const value = plain(customFieldOf(update, key));
	if (isUnset(value) || typeof value === 'object') {
		throw new InvalidInput(
			`The custom field "${key}" that groups are matched by has no value`,
			'Give it among the custom fields of this item, as text.',
		);
	}
	return matchInList(scope, `custom field ${key}`, String(value), (group) => customFieldOf(group, key));
}

function matchById(item: Item, name: unknown): Match {
	if (isUnset(item.parameter('groupId'))) {
		// No ID yet: a record that was never synchronized.
		return { key: nameLane(name) };
	}
	const id = readGroupId(item);
	return {
		key: `id ${id}`,
		find: async (api) => await api.findGroup(id),
	};
}

/** The list of groups is read once a run, and indexed. */
function matchInList(scope: Scope, what: string, value: string, read: (group: JsonObject) => unknown): Match {
	const index = async (api: AttackForge) =>
		await api.lookups.getOrLoad(`groups ${scope} by ${what}`, async () => {
			const groups = await api.lookups.getOrLoad(`groups ${scope}`, async () => await api.getGroups(scope));
			const found = new Map<string, JsonObject[]>();
			for (const group of groups.map(normalizeGroup)) add(found, read(group), group);
			return found;
		});
	return {
		key: `${what} ${value}`,
		async find(api) {
			const [group, ...others] = (await index(api)).get(value) ?? [];
			if (others.length === 0) return group;
			const ids = [group, ...others].map((one) => String(one?.id)).join(', ');
			throw new ServiceFailure(
				`Several groups have the ${what} "${value}": ${ids}`,
				'Nothing was written. Match by Group ID, or make it unique in AttackForge.',
			);
		},
	};
}

/** A service may trim what it stores, or encode its accents otherwise: the same would be created again in each run. */
const plain = (value: unknown): unknown => (typeof value === 'string' ? value.normalize().trim() : value);

function add(found: Map<string, JsonObject[]>, value: unknown, group: JsonObject): void {
	if (isUnset(value) || typeof value === 'object') return;
	const key = String(plain(value));
	const same = found.get(key);
	if (same) same.push(group);
	else found.set(key, [group]);
}

/**
 * The list does not show access and switches: the group itself is read when the update is about them. It is too when
 * custom fields change: the list is as old as the run, and what was changed since would be written back as it was.
 */
async function complete(
	api: AttackForge,
	present: JsonObject,
	update: JsonObject,
	modes: Parameters<typeof changesOf>[2],
): Promise<JsonObject> {
	const id = String(present.id);
	if (!Object.keys(update).every((name) => name in present)) return await api.getGroup(id);
	if (!('custom_fields' in changesOf(update, present, modes))) return present;
	try {
		return await api.getGroup(id);
	} catch (error) {
		if (isRefusal(error)) return present;
		throw asError(error);
	}
}
