import type { INodeProperties } from 'n8n-workflow';

import { asError, InvalidInput } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import { isJsonObject, type JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { recordParameters } from '../../../shared/fields/parameters';
import { inQuotes, isUnset, optionalText, readLong } from '../../../shared/core/values';
import { MAX_PAGE_SIZE, type ThreatConnect } from '../../api/client';
import { table } from '../../fields';
import { defaultAttributes } from '../../fields/defaultAttributes';
import { type GroupReference, readXid, referenceKey } from '../../api/references';
import { allOf, isOneOf } from '../../query/tql';
import { changeGroup } from '../../flows/updateGroup';
import {
	answerOptions,
	assignXidOption,
	groupOptions,
	readCreation,
	readOwner,
	xidParameters,
} from '../parameters';
import { withOneOwner } from '../../flows/oneOwner';
import { createGroup, isConflict } from '../../flows/createGroup';

const matchParameters: INodeProperties[] = [
	{
		displayName: 'Match By',
		name: 'matchBy',
		type: 'options',
		options: [
			{
				name: 'Name, Type and Owner',
				value: 'name',
				description: 'The exact name, upper and lower case included. Stops when several groups have it.',
			},
			{
				name: 'XID and Owner',
				value: 'xid',
				description: 'Your own key for the group, which only one group of an owner has',
			},
		],
		default: 'xid',
		description:
			'What tells whether the group exists already. The output says in <code>_outcome</code> whether it was created or updated.',
	},
	...xidParameters({ matchBy: ['xid'] }, 'searchWritableOwners', {
		description:
			'External ID of the group, which a new group gets. If empty, the XID among the fields below (of each item: xid).',
	}),
];

export const upsert = defineOperation<ThreatConnect>({
	resource: 'group',
	operation: 'upsert',
	name: 'Create or Update',
	action: 'Create or update a group',
	builderHint:
		'The operation for syncing: running it again makes no second group. Give groupXid a stable key of the source system (matchBy xid), or match by name, type and owner.',
	description: 'Create a new record, or update the current one if it already exists (upsert)',
	parameters: [...matchParameters, ...recordParameters(table, 'upsert'), groupOptions(assignXidOption)],
	prepare(item, api) {
		const { create, draft, update } = item.upsertRecords();
		const drafted = draft();
		const match = readMatch(item, drafted);
		const updated = without(update, 'ownerName', 'ownerId', ...match.leftOut);
		const options = answerOptions(item);
		const creation = readCreation(item, options);
		const present = { fields: defaultAttributes(update).length > 0 ? ['attributes'] : [] };

		const change = async (group: JsonObject) => {
			if (group.type !== match.type) throw anotherType(group, match.type);
			const reference = { id: String(group.id) };
			return { ...(await changeGroup(api, reference, updated, options, group)), _outcome: 'updated' };
		};
		return {
			record: match.key,
			async run() {
				await withOneOwner(api, drafted);
				const group = await match.find(api, present.fields);
				if (group) return await change(group);
				const created = forCreate(create());
				try {
					const made = await createGroup(api, { ...created, ...match.added }, creation);
					return { ...made, _outcome: 'created' };
				} catch (error) {
					// Someone else was faster.
					const other = isConflict(error) ? await match.find(api, present.fields) : undefined;
					if (other) return await change(other);
					throw asError(error);
				}
			},
		};
	},
});

function without(body: JsonObject, ...names: string[]): JsonObject {
	return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

/** A new group has nothing yet: its lists have no mode, and there is nothing to remove. */
function forCreate(body: JsonObject): JsonObject {
	const entries = Object.entries(body).flatMap(([name, value]): Array<[string, unknown]> => {
		if (!isJsonObject(value) || !('mode' in value)) return [[name, value]];
		return value.mode === 'delete' ? [] : [[name, without(value, 'mode')]];
	});
	return Object.fromEntries(entries);
}

/** How an item finds its group. */
type Match = {
	/** Items with the same key are about the same group. */
	key: string;
	type: unknown;
	/** @param fields what the answer should hold besides */
	find(api: ThreatConnect, fields: string[]): Promise<JsonObject | undefined>;
	/** What a new group gets besides its own fields, so that it will be found. */
	added: JsonObject;
	/** What the update leaves out, since the group was found by it. */
	leftOut: string[];
};

function readMatch(item: Item, body: JsonObject): Match {
	const matchBy = oneOf(item.parameter('matchBy'), '"Match By" (matchBy)', 'xid', 'name');
	return matchBy === 'name' ? matchByName(body) : matchByXid(item, body);
}

function matchByXid(item: Item, body: JsonObject): Match {
	const given = readXid(item.parameter('groupXid'));
	const own = readXid(body.xid);
	if (given !== undefined && own !== undefined && given !== own) {
		throw twoOf('Group XID', given, 'XID', own);
	}
	const xid = given ?? own;
	if (xid === undefined) {
		throw new InvalidInput(
			'"Group XID" (groupXid) is empty',
			'Give the external ID that tells whether the group exists, or match by name, type and owner.',
		);
	}
	const owner = readOwner(item);
	const ownOwner = optionalText(body.ownerName, OWNER_NAME);
	if (owner !== undefined && ownOwner !== undefined && owner !== ownOwner) {
		throw twoOf('Owner Name', owner, 'Owner Name', ownOwner);
	}
	if (body.ownerId !== undefined && ownOwner === undefined) {
		throw new InvalidInput(
			'"Owner ID" (ownerId) cannot be used to find a group by its XID',
			'Give the name of the owner instead.',
		);
	}
	const ownerName = owner ?? ownOwner;
	const reference: GroupReference = { xid, ...(ownerName !== undefined && { ownerName }) };
	return {
		key: referenceKey(reference),
		type: body.type,
		find: async (api, fields) => await api.findGroup(reference, { fields }),
		added: { ...(ownerName !== undefined && { ownerName }), xid },
		// Documented as not updatable, and it is the same.
		leftOut: ['xid'],
	};
}

const twoOf = (name: string, value: string, otherName: string, other: string) =>
	new InvalidInput(
		`"${name}" is ${inQuotes(value)}, but among the fields "${otherName}" is ${inQuotes(other)}`,
		'Give one of them, or the same value twice.',
	);

const OWNER_NAME = '"Owner Name" (ownerName)';

function matchByName(body: JsonObject): Match {
	// Once more: what "Additional Fields (JSON)" brings is unchecked.
	const name = optionalText(body.name, '"Name" (name)');
	const type = optionalText(body.type, '"Type" (type)') ?? '';
	const ownerName = optionalText(body.ownerName, OWNER_NAME);
	const ownerId = isUnset(body.ownerId) ? undefined : readLong(body.ownerId, '"Owner ID" (ownerId)');
	if (name === undefined) {
		throw new InvalidInput('"Name" (name) is missing', 'Groups are matched by it: set it.');
	}
	const owner =
		ownerId === undefined
			? async (api: ThreatConnect) => isOneOf('ownerName', [ownerName ?? (await ownOrganization(api))])
			: async () => `owner = ${ownerId}`;
	return {
		type,
		key: `name ${JSON.stringify([name, type, ownerName, String(ownerId)])}`,
		async find(api, fields) {
			const tql = allOf([isOneOf('summary', [name]), isOneOf('typeName', [type]), await owner(api)]);
			const query = { tql, by: 'id', direction: 'asc', pageSize: MAX_PAGE_SIZE } as const;
			const found: JsonObject[] = [];
			for await (const page of api.groups(query)) {
				// Databases may ignore the case or accents.
				found.push(...page.filter((group) => group.name === name));
			}
			const [group, ...others] = found;
			if (others.length > 0) throw severalOf(name, type, found);
			if (group === undefined || fields.length === 0) return group;
			return await api.getGroup({ id: String(group.id) }, { fields });
		},
		added: {},
		leftOut: ['name'],
	};
}

const severalOf = (name: string, type: string, groups: readonly JsonObject[]) =>
	new InvalidInput(
		`${groups.length} groups of the type ${type} have the name ${inQuotes(name)}: ${idsOf(groups)}`,
		'Nothing was written for this item. Update the right one by its ID, or match by XID.',
	);

function idsOf(groups: readonly JsonObject[]): string {
	const shown = groups.slice(0, 20).map(({ id }) => String(id));
	return shown.join(', ') + (groups.length > 20 ? ` and ${groups.length - 20} more` : '');
}

const anotherType = (group: JsonObject, type: unknown) =>
	new InvalidInput(
		`"Type" (type) is "${String(type)}", but the group ${String(group.id)} with this XID is of the type ${String(group.type)}`,
		'Nothing was written for this item. A type cannot be changed: check the type, or the XID.',
	);

async function ownOrganization(api: ThreatConnect): Promise<string> {
	const names = await api.organizations();
	const [only, ...others] = names;
	if (only !== undefined && others.length === 0) return only;
	throw new InvalidInput(
		'"Owner Name" (ownerName) is missing',
		`Groups are matched by it, and the API user sees ${names.length} organizations: choose one.`,
	);
}
