import type { INodeProperties } from 'n8n-workflow';

import type { JsonObject } from '../../../shared/core/json';
import { optionalSwitch, readText } from '../../../shared/core/readValue';
import type { Item } from '../../../shared/execution/item';
import { limitParameters, readLimit, returnAllNotice } from '../../../shared/execution/returnLimit';
import { defineOperation } from '../../../shared/execution/operation';
import { optionsCollection } from '../../../shared/execution/options';
import { readFilter } from '../../../shared/fields/filters';
import type { Query } from '../../../shared/http/url';
import type { AttackForge } from '../../api/client';
import { checkId } from '../../fields/ids';
import { normalizeGroup } from '../../fields/receivedGroup';

/** The names of the API are those of its query, and not those of its response. */
const FILTERS = [
	['email', 'Email', 'e.g. paul.citizen@example.com'],
	['firstName', 'First Name', 'e.g. Paul'],
	['lastName', 'Last Name', 'e.g. Citizen'],
	['username', 'User Name', 'e.g. paul.citizen'],
] as const;

const filters: INodeProperties = {
	displayName: 'Filters',
	name: 'filters',
	type: 'collection',
	placeholder: 'Add Filter',
	default: {},
	description:
		'Only users that match all of the filters. AttackForge does not document whether a part of a name is enough.',
	options: FILTERS.map(([name, displayName, placeholder]) => ({
		displayName,
		name,
		type: 'string',
		default: '',
		placeholder,
	})),
};

const WITH_GROUPS = '"With Groups" (withGroups)';

export const getMany = defineOperation<AttackForge>({
	resource: 'user',
	operation: 'getAll',
	name: 'Get Many',
	action: 'Get many users',
	builderHint:
		'Users of the tenant, each with the groups that it is a member of. For the members of one group use member > getAll.',
	description: 'Retrieve users, each with the groups that it is a member of and its access there',
	parameters: [
		...limitParameters(),
		returnAllNotice(),
		filters,
		{
			displayName: 'With Groups',
			name: 'withGroups',
			type: 'boolean',
			default: true,
			description: 'Whether each user comes with its groups, which takes one more request for each user',
		},
		optionsCollection(),
	],
	records: {
		id: 'id',
		simple: [
			'id',
			'username',
			'first_name',
			'last_name',
			'email_address',
			'role',
			'status',
			'groups',
			'last_logged_in',
			'created',
		],
		others: ['mfa_enabled'],
		simplify: false,
	},
	prepare(item, api) {
		const query = readFilters(item);
		const limit = readLimit(item);
		const withGroups = optionalSwitch(item.parameter('withGroups'), WITH_GROUPS, true);
		return {
			async run() {
				const users = (await api.getUsers(query)).slice(0, limit);
				return withGroups ? await Promise.all(users.map(async (user) => await joined(api, user))) : users;
			},
		};
	},
});

/** @throws InvalidInput for a filter that is set but empty, because all users would be found without it */
const readFilters = (item: Item): Query => {
	const given = (item.parameter('filters') ?? {}) as JsonObject;
	return FILTERS.flatMap(([name, displayName]) => {
		const label = `"${displayName}" (${name})`;
		const value = readFilter(given, name, label);
		return value === undefined ? [] : [[name, readText(value, label)] as const];
	});
};

/** A user with its groups, under the names that a single group has. */
async function joined(api: AttackForge, user: JsonObject): Promise<JsonObject> {
	const groups = await api.getUserGroups(checkId(user.id, 'The ID of the user'));
	return { ...user, groups: groups.map(normalizeGroup) };
}
