import type { INodeProperties } from 'n8n-workflow';

import { asError, InvalidInput, isInDoubt, ServiceFailure } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import type { JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { extraJsonOption, optionsCollection, previewOption } from '../../../shared/execution/options';
import { clearFieldsOption, recordParameters } from '../../../shared/fields/parameters';
import { inQuotes, isUnset, optionalText } from '../../../shared/core/readValue';
import { isRefusal } from '../../api/responses';
import type { AttackForge, Scope } from '../../api/client';
import { changesOf, type UpdateModes, withoutNobody } from '../../fields/changes';
import { keyLocator } from '../../fields/customFields';
import { definedKey } from '../../fields/customFieldTypes';
import { CLEAR_EXAMPLE, table } from '../../fields/groupFields';
import { COMMON_KEYS, customFieldOf, normalizeGroup } from '../../fields/receivedGroup';
import { matchText } from '../../fields/matching';
import {
	optionalGroupParameter,
	readGroupId,
	readModes,
	scopeParameter,
	updatingNotices,
	updatingOptions,
	upsertRecords,
} from '../parameters';
import {
	type CheckedBody,
	checkBody,
	forAccessMode,
	definitionsFor,
	definitionsLoader,
	noteDoubts,
	noteMissing,
} from '../../flows/checkBody';
import { createGroup, nameOrderKey } from '../../flows/createGroup';
import {
	described,
	findGroup,
	findGroupAgain,
	othersLike,
	requireStillFound,
	type Search,
} from '../../flows/findGroup';
import { readBack, withState, updateGroup } from '../../flows/updateGroup';

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
			{
				name: 'Name',
				value: 'name',
				description: 'The name, upper and lower case included; white space around it does not count',
			},
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

const searchIn = scopeParameter(
	'Search In',
	'Where to look for the group. One that is not seen, such as one that AttackForge lists late or hides because it is deleted, is taken for missing, and created again.',
);

export const upsert = defineOperation<AttackForge>({
	resource: 'group',
	operation: 'upsert',
	name: 'Create or Update',
	action: 'Create or update group',
	builderHint:
		'The operation for syncing customers from a CRM or directory: it writes only what differs. Match by a custom field that holds the customer code rather than by name, which may change.',
	description: 'Create a new record, or update the current one if it already exists (upsert)',
	parameters: [
		...matchParameters,
		...recordParameters(table, 'upsert'),
		optionsCollection(
			extraJsonOption,
			previewOption,
			clearFieldsOption(table, CLEAR_EXAMPLE),
			searchIn,
			...updatingOptions,
		),
		...updatingNotices('additionalFields'),
	],
	records: upsertRecords,
	load: definitionsLoader('upsert'),
	prepare(item, api) {
		const bodies = item.upsertBodies();
		const definitions = definitionsFor(item, api);
		const create = () => {
			const body = checkBody(bodies.create(), item, definitions).of();
			noteMissing(body, item, definitions);
			return body;
		};
		const modes = readModes(item);
		const checked = checkBody(forAccessMode(bodies.update, item, modes), item, definitions);
		const update = checked.of();
		noteDoubts(update, item, definitions);
		const match = readMatch(item, update, api);
		return {
			orderKey: match.key,
			sets: Object.keys(update),
			async run() {
				const isGone = update.is_deleted === true;
				if (!match.find) {
					return isGone ? notThere(update) : output(await createGroup(api, create()), update, 'created');
				}
				const known = api.writtenGroups.knownBy(match.key);
				if (known instanceof ServiceFailure) throw notSent(known);
				if (known) return await updateFound(api, match, known, checked, modes);
				const present = (await match.find(api)) ?? (isGone ? undefined : await match.findAgain?.(api));
				if (present) return await updateFound(api, match, present, checked, modes);
				if (isGone) return notThere(update);
				const group = await createFirst(api, match.key, create());
				const notice = await noticeOfNew(api, match, group, update);
				return output({ ...group, ...(notice && { _notice: notice }) }, update, 'created');
			},
		};
	},
});

/** How an item finds its group. */
type Match = {
	/** Items with the same key concern the same group. */
	key: string;
	/**
	 * Not called for a group that this run has written, because the list may lag. Absent if the item makes a new group.
	 */
	find?(api: AttackForge): Promise<JsonObject | undefined>;
	/** Searches again before the group is created. */
	findAgain?(api: AttackForge): Promise<JsonObject | undefined>;
	/** The search in the list, if the group is searched there. */
	search?: Search;
};

/** Updates of one group run one after the other, because items may find it in different ways. */
const updateFound = async (
	api: AttackForge,
	match: Match,
	present: JsonObject,
	checked: CheckedBody,
	modes: UpdateModes,
): Promise<JsonObject> =>
	await api.mutex.runExclusive(
		[idKey(present.id)],
		async () => await updateInTurn(api, match, present, checked, modes),
	);

const idKey = (id: unknown): string => `id ${String(id).toLowerCase()}`;

async function updateInTurn(
	api: AttackForge,
	{ key, search }: Match,
	found: JsonObject,
	checked: CheckedBody,
	modes: UpdateModes,
): Promise<JsonObject> {
	const id = String(found.id);
	const known = api.writtenGroups.knownBy(idKey(id));
	const present = known === undefined || known instanceof ServiceFailure ? found : known;
	const remember = (written: JsonObject) => {
		for (const one of [key, idKey(id)]) api.writtenGroups.remember(one, written);
	};
	const { group, unreadable } = await complete(api, present, checked.of(present), modes);
	const update = checked.of(group);
	if (search && group !== found) requireStillFound(search, group);
	if (Object.keys(changesOf(update, group, modes)).length === 0) {
		return output(withState(group, update), update, 'unchanged');
	}
	// If the update fails, nobody knows what the group holds.
	remember({ id });
	const changes = await updateGroup(api, { id, checked, modes, present: group, unreadable });
	if (!changes) return output(withState(group, update), update, 'unchanged');
	const after = await readBack(api, id, changes);
	remember('_notice' in after ? asWritten(group, changes) : after);
	return output(withState(after, update), update, 'updated');
}

/**
 * The group with the same columns in each outcome: what each response shows, and the fields that the item sets. The
 * list, which proves that a group is unchanged, shows no more.
 */
function output(group: JsonObject, update: JsonObject, outcome: string): JsonObject {
	const shown = { ...withoutNobody(update), ...normalizeGroup(group) };
	const columns = new Set([...COMMON_KEYS, ...Object.keys(update)]);
	return {
		...Object.fromEntries([...columns].filter((key) => key in shown).map((key) => [key, shown[key]])),
		_outcome: outcome,
		...(group._notice !== undefined && { _notice: group._notice }),
	};
}

/**
 * The output for a group that is to be deleted and was not found. The group may be deleted and therefore not listed, or
 * it may be listed late. If it were created, each run would create it and delete it.
 */
const notThere = (update: JsonObject): JsonObject =>
	output(
		{ _notice: 'There is no such group, and none was created, since it is to be deleted.' },
		update,
		'unchanged',
	);

/** Creates a group. Later items of the run find it, or learn that it may exist. */
async function createFirst(api: AttackForge, key: string, body: JsonObject): Promise<JsonObject> {
	try {
		const group = await createGroup(api, body);
		api.writtenGroups.remember(key, group);
		return group;
	} catch (error) {
		if (isInDoubt(error)) api.writtenGroups.remember(key, error);
		throw asError(error);
	}
}

/**
 * The notice for a group that was just created. Another execution may have created it at the same time, or a deleted
 * group may not be listed. The group has been created, so a look-up that fails changes nothing.
 */
async function noticeOfNew(
	api: AttackForge,
	{ search }: Match,
	{ id }: JsonObject,
	{ is_deleted: isDeleted }: JsonObject,
): Promise<string | undefined> {
	if (!search) return undefined;
	const { same, alike } = await othersLike(api, search, id).catch(() => ({ same: [], alike: [] }));
	if (same.length > 0) {
		return `Another group has the ${described(search)} too: ${same.join(', ')}. It was not listed before, or was created at the same time: keep one of them.`;
	}
	if (alike.length > 0) {
		return `Another group has the ${described(search)} but for case or white space: ${alike.join(', ')}. Both count, and so this one was created: if both are meant to be one, keep one of them.`;
	}
	if (isDeleted !== false) return undefined;
	return 'No such group was listed, and so one was created. AttackForge may not list groups that are deleted: to bring one back, match by Group ID.';
}

/** In doubt like the earlier item, so that n8n's Retry On Fail does not send this item either. */
const notSent = ({ certainty, doubt }: ServiceFailure) =>
	new ServiceFailure('Not sent: an earlier item may have created this group', '', {}, { certainty, doubt });

/** A group that could not be read back. Its access is unknown, because the change to it was a list of operations. */
function asWritten(group: JsonObject, changes: JsonObject): JsonObject {
	const all: JsonObject = { ...group, ...changes };
	delete all.access;
	return all;
}

function readMatch(item: Item, update: JsonObject, { definitions }: AttackForge): Match {
	const label = '"Match By" (matchBy)';
	const matchBy = oneOf(item.parameter('matchBy'), label, 'name', 'customField', 'id');
	if (matchBy === 'id') return matchById(item, update.name);
	const scope = oneOf<Scope>(item.options.scope ?? 'all', '"Search In" (scope)', 'all', 'mine');
	if (matchBy !== 'customField') {
		const value = matchText(update.name);
		if (value === undefined)
			throw new InvalidInput(
				'"Name" (name) is missing',
				`Groups are matched by it: set it. ${item.suggestionFor('name')}`.trim(),
			);
		return matchInList({ scope, value });
	}
	const key = optionalText(item.parameter('matchKey'), '"Custom Field Key" (matchKey)')?.trim() ?? '';
	const defined = definitions instanceof Map ? definedKey(key, definitions) : key;
	if (!/^\w+$/.test(key) || defined !== key) {
		throw new InvalidInput(
			`"Custom Field Key" (matchKey) cannot be ${inQuotes(key)}`,
			defined === key
				? 'Give the key of a custom field: letters, numbers and underscores.'
				: `The key of this custom field is ${defined} in AttackForge.`,
		);
	}
	const given = customFieldOf(update, key);
	const value = matchText(given);
	if (value !== undefined) return matchInList({ scope, customField: key, value });
	if (typeof given === 'object' && given !== null) {
		throw new InvalidInput(
			`The custom field "${key}" that groups are matched by has several values: ${inQuotes(given)}`,
			'Match by a custom field that holds one value.',
		);
	}
	throw new InvalidInput(
		`The custom field "${key}" that groups are matched by has no value`,
		`Give it among the custom fields of this item, e.g. as "custom_fields": {"${key}": "CLIENT001"}: beside them it is no custom field.`,
	);
}

function matchById(item: Item, name: unknown): Match {
	if (isUnset(item.parameter('groupId'))) {
		// Without an ID, the item is a record that was never synchronized.
		return { key: nameOrderKey(name) };
	}
	const id = readGroupId(item);
	return {
		key: idKey(id),
		find: async (api) => await api.findGroup(id),
	};
}

const matchInList = (search: Search): Match => ({
	key: described(search),
	find: async (api) => await findGroup(api, search),
	findAgain: async (api) => await findGroupAgain(api, search),
	search,
});

/**
 * The group with all that the update concerns, read now if anything is to be written. The list does not show access and
 * switches. It is as old as the run or older, so that the group may have another name by now, and custom fields that were
 * changed since would be written back with their old values.
 */
async function complete(
	api: AttackForge,
	present: JsonObject,
	update: JsonObject,
	modes: UpdateModes,
): Promise<{ group: JsonObject; unreadable?: boolean }> {
	const id = String(present.id);
	if (!Object.keys(update).every((name) => name in present)) return { group: await api.getGroup(id) };
	if (Object.keys(changesOf(update, present, modes)).length === 0) return { group: present };
	try {
		return { group: await api.getGroup(id) };
	} catch (error) {
		if (isRefusal(error)) return { group: present, unreadable: true };
		throw asError(error);
	}
}
