import type { INodeProperties } from 'n8n-workflow';

import { asError, InvalidInput } from '../../../shared/core/errors';
import type { Item } from '../../../shared/execution/item';
import { isJsonObject, type JsonObject } from '../../../shared/core/json';
import { oneOf } from '../../../shared/fields/fieldTypes';
import { defineOperation } from '../../../shared/execution/operation';
import { clearFieldsOption, recordParameters } from '../../../shared/fields/parameters';
import { inQuotes, optionalText } from '../../../shared/core/readValue';
import type { ThreatConnect } from '../../api/client';
import { CLEAR_EXAMPLE, table } from '../../fields/groupFields';
import { type GroupReference, readXid, referenceKey } from '../../api/references';
import { plainSpelling } from '../../query/matching';
import { isOneOf } from '../../query/clauses';
import { idsOf, ownerClause, searchByName } from '../../flows/findByName';
import { keysShowing } from '../../flows/compareGroup';
import { updateGroup } from '../../flows/updateGroup';
import {
	readResponseOptions,
	assignXidOption,
	groupOptions,
	groupRecords,
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
				description:
					'The name, upper and lower case included, but for blanks around it. Stops when several groups have it.',
			},
			{
				name: 'XID and Owner',
				value: 'xid',
				description: 'Your own key for the group, which only one group of an owner has',
			},
		],
		default: 'name',
		description:
			'What tells whether the group exists already. The output says in <code>_outcome</code> whether it was created, updated or unchanged.',
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
	action: 'Create or update group',
	builderHint:
		'The operation for syncing: running it again makes no second group. It matches by name, type and owner, or with matchBy xid by groupXid, a stable key of the source system.',
	description: 'Create a new record, or update the current one if it already exists (upsert)',
	parameters: [
		...matchParameters,
		...recordParameters(table, 'upsert'),
		groupOptions(assignXidOption, clearFieldsOption(table, CLEAR_EXAMPLE)),
	],
	records: groupRecords,
	prepare(item, api) {
		const { create, draft, update } = item.upsertBodies();
		const drafted = draft();
		const match = readMatch(item, drafted);
		const updated = without(update, 'ownerName', 'ownerId', ...match.leftOut);
		// The same for each outcome, so that all items have the same columns. What the group has is compared with these.
		const set = { ...drafted, ...updated };
		const options = readResponseOptions(item, set);
		const { fields = [] } = options;
		const creation = readCreation(item, options);

		const change = async (present: JsonObject) => {
			if (present.type !== match.type) throw anotherType(present, match.type);
			const reference = { id: String(present.id) };
			const { group, isWritten } = await updateGroup(api, reference, updated, {
				options,
				present,
				done: item.retryLog.partsDone(item.index),
			});
			return withOutcome(group, isWritten ? 'updated' : 'unchanged');
		};
		return {
			orderKey: match.key,
			sets: keysShowing(set),
			async run() {
				await withOneOwner(api, drafted);
				const find = async () => await match.find(api, fields);
				const present = await find();
				if (present) return await change(present);
				const body = { ...forCreate(create()), ...match.added };
				const { group, isNew } = await createGroup(api, body, { ...creation, findAgain: find }).catch(
					async (error: unknown) => {
						// Another client has created the group in the meantime.
						const other = isConflict(error) ? await find() : undefined;
						if (other) return { group: other, isNew: false };
						throw asError(error);
					},
				);
				if (!isNew) return await change(group);
				const notice = match.noticeOfNew?.();
				return withOutcome({ ...group, ...(notice && { _notice: notice }) }, 'created');
			},
		};
	},
});

/** The notice comes last, because only some items have one. */
const withOutcome = ({ _notice, ...group }: JsonObject, outcome: string): JsonObject => ({
	...group,
	_outcome: outcome,
	...(_notice !== undefined && { _notice }),
});

function without(body: JsonObject, ...names: string[]): JsonObject {
	return Object.fromEntries(Object.entries(body).filter(([name]) => !names.includes(name)));
}

/** A body for a new group. The group has nothing yet, so its lists have no mode, and there is nothing to remove. */
function forCreate(body: JsonObject): JsonObject {
	const entries = Object.entries(body).flatMap(([name, value]): Array<[string, unknown]> => {
		if (!isJsonObject(value) || !('mode' in value)) return [[name, value]];
		return value.mode === 'delete' ? [] : [[name, without(value, 'mode')]];
	});
	return Object.fromEntries(entries);
}

/** How an item finds its group. */
type Match = {
	/** Items with the same key concern the same group. */
	key: string;
	type: unknown;
	/** @param fields what the response should hold in addition */
	find(api: ThreatConnect, fields: readonly string[]): Promise<JsonObject | undefined>;
	/** What is to be said of a group that was created because the search found none. */
	noticeOfNew?(): string | undefined;
	/** What a new group gets in addition to its own fields, so that the next item finds it. */
	added: JsonObject;
	/** Fields that the update leaves out, because the group was found by them. */
	leftOut: string[];
};

function readMatch(item: Item, body: JsonObject): Match {
	const matchBy = oneOf(item.parameter('matchBy'), '"Match By" (matchBy)', 'name', 'xid');
	return matchBy === 'name' ? matchByName(item, body) : matchByXid(item, body);
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
			`Give the external ID that tells whether the group exists, or match by name, type and owner. ${item.suggestionFor('xid')}`.trim(),
		);
	}
	const owner = readOwner(item);
	const ownOwner = optionalText(body.ownerName, OWNER_NAME);
	if (owner !== undefined && ownOwner !== undefined && owner !== ownOwner) {
		throw twoOf('Group Owner', owner, 'Owner Name', ownOwner);
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
		async find(api, fields) {
			// Without the owner, a server may answer that there is no such group, and each run would create another one.
			if (ownerName === undefined) await api.ownOrganization('Groups are matched by XID and owner');
			return await api.findGroup(reference, { fields });
		},
		added: { ...(ownerName !== undefined && { ownerName }), xid },
		// The documentation calls the XID not updatable, and it has not changed.
		leftOut: ['xid'],
	};
}

const twoOf = (name: string, value: string, otherName: string, other: string) =>
	new InvalidInput(
		`"${name}" is ${inQuotes(value)}, but among the fields "${otherName}" is ${inQuotes(other)}`,
		'Give one of them, or the same value twice.',
	);

const OWNER_NAME = '"Owner Name" (ownerName)';

function matchByName(item: Item, body: JsonObject): Match {
	// The name is checked again, because "Additional Fields (JSON)" is unchecked.
	const name = plainSpelling(optionalText(body.name, '"Name" (name)') ?? '');
	const type = optionalText(body.type, '"Type" (type)') ?? '';
	optionalText(body.ownerName, OWNER_NAME);
	const owner = ownerClause(body);
	if (name === '') {
		throw new InvalidInput(
			'"Name" (name) is missing',
			`Groups are matched by it: set it. ${item.suggestionFor('name')}`.trim(),
		);
	}
	let otherCase: JsonObject[] = [];
	return {
		type,
		// The key has no owner, because one item may name the API user's organization and another may leave it out.
		key: `name ${JSON.stringify([name, type])}`,
		async find(api, fields) {
			const found = await searchByName(api, name, type, owner ?? (await ownOrganization(api)));
			const [group, ...others] = found.groups;
			if (others.length > 0) throw severalOf(name, type, found.groups);
			({ otherCase } = found);
			if (group === undefined || fields.length === 0) return group;
			return await api.getGroup({ id: String(group.id) }, { fields });
		},
		noticeOfNew: () => (otherCase.length > 0 ? otherCaseNotice(name, otherCase) : undefined),
		// A new group gets the spelling by which the next item finds it.
		added: { name },
		// The group keeps its own spelling.
		leftOut: ['name'],
	};
}

const ownOrganization = async (api: ThreatConnect) =>
	isOneOf('ownerName', [await api.ownOrganization('Groups are matched by it')]);

const severalOf = (name: string, type: string, groups: readonly JsonObject[]) =>
	new InvalidInput(
		`${groups.length} groups of the type ${type} have the name ${inQuotes(name)}: ${idsOf(groups)}`,
		'Nothing was written for this item. Update the right one by its ID, or match by XID.',
	);

const otherCaseNotice = (name: string, groups: readonly JsonObject[]) =>
	`Another group has the name ${inQuotes(name)} but for upper and lower case: ${idsOf(groups)}. Case counts, and so this one was created: if both are meant to be one, keep one of them.`;

const anotherType = (group: JsonObject, type: unknown) =>
	new InvalidInput(
		`"Type" (type) is "${String(type)}", but the group ${String(group.id)} with this XID is of the type ${String(group.type)}`,
		'Nothing was written for this item. A type cannot be changed: check the type, or the XID.',
	);
