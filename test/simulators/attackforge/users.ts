import type { Query } from './answers';
import { newId, type User } from './records';
import { refusals } from './refusals';
import * as schemas from './schemas';
import type { Method } from './service';
import type { State } from './state';

const account = {
	status: 'Active',
	mfa_enabled: 'Yes',
	last_logged_in: '2025-10-14T22:17:40.512Z',
	created: '2024-07-06T02:06:09.000Z',
} as const;

const person = (id: string, first_name: string, last_name: string, role: User['role']): User => ({
	status: account.status,
	role,
	first_name,
	last_name,
	email_address: `${first_name}.${last_name}@attackforge.com`.toLowerCase(),
	username: `${first_name}.${last_name}`.toLowerCase(),
	mfa_enabled: account.mfa_enabled,
	last_logged_in: account.last_logged_in,
	created: account.created,
	id,
});

/**
 * The tenant's users. The API key belongs to the first one. The next two are in the examples of CreateGroup and
 * UpdateGroup in AttackForge's documentation.
 */
export const tenantUsers = (admin: boolean): [User, ...User[]] => [
	person('66d0000000000000000000a1', 'Robin', 'Automation', admin ? 'admin' : 'client'),
	person('668ba6b1be6510000f78f79e', 'John', 'Citizen', 'client'),
	person('66d2308ba99324532079e111', 'Paul', 'Citizen', 'client'),
	person('66d0000000000000000000a4', 'Alex', "O'Neil+Ops", 'consultant'),
];

export const fullName = (user: User): string => `${user.first_name} ${user.last_name}`;

/** Adds a user with defaults for missing values. */
export function seedUser(state: State, input: Partial<User>): User {
	const { first_name = 'User', last_name = String(state.users.length + 1) } = input;
	const user = { ...person(newId(), first_name, last_name, 'client'), ...input };
	state.addUser(user);
	return user;
}

type UserMethod = 'GetUsers' | 'GetUserById' | 'GetUserByEmail' | 'GetUserByUsername';

export function userMethods(state: State): Record<UserMethod, Method> {
	const userBy = (key: 'email_address' | 'username', value = '') => {
		const user = state.users.find((candidate) => sameText(candidate[key], value));
		if (!user) throw refusals.userUnknown(value);
		return { user };
	};
	return {
		GetUsers: {
			querystring: schemas.usersQuery,
			handle({ query }) {
				const users = state.users.filter((user) => matches(user, query));
				return { count: users.length, users };
			},
		},
		GetUserById: {
			params: schemas.idInPath,
			handle: ({ params }) => ({ user: state.user(params.id ?? '') }),
		},
		GetUserByEmail: { handle: ({ params }) => userBy('email_address', params.email) },
		GetUserByUsername: { handle: ({ params }) => userBy('username', params.username) },
	};
}

const sameText = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/**
 * The documentation does not say whether the filters of GetUsers match exactly or in part. Here they match exactly,
 * without regard to upper and lower case.
 */
function matches(user: User, query: Query): boolean {
	const filters: Array<[string, string | string[] | undefined]> = [
		[user.first_name, query.firstName],
		[user.last_name, query.lastName],
		[user.email_address, query.email],
		[user.username, query.username],
	];
	return filters.every(([value, filter]) => filter === undefined || sameText(value, String(filter)));
}
