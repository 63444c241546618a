import { firstRepeated } from './checks';
import type { Access, AccessOperation, AccessOperations, MemberAdmin, SsoEntry } from './records';
import { refusals } from './refusals';
import type { State } from './state';

/** The object `access` of a group: SSO groups and member administrators. */

const ACCESS_LISTS = ['sso_1', 'sso_2', 'member_admins'] as const;

/** The name of an entry of `access`. Two entries with the same name are the same entry. */
function nameOf(entry: Partial<SsoEntry & MemberAdmin>): string {
	if (entry.user_id !== undefined) return `user_id ${entry.user_id.toLowerCase()}`;
	if (entry.group_id !== undefined) return `group_id ${entry.group_id.toLowerCase()}`;
	return `group_name ${entry.group_name}`;
}

/** The responses list the keys of an access entry alphabetically, in whatever order they were sent. */
function inDocumentedOrder<Entry extends object>(entry: Entry): Entry {
	return Object.fromEntries(Object.entries(entry).sort(([a], [b]) => (a < b ? -1 : 1))) as Entry;
}

/** The lists of a new group. The entries of CreateGroup have no action. */
export function accessOfNewGroup(state: State, sent: Partial<Access> = {}): Access {
	const upserts: AccessOperations = {};
	for (const list of ACCESS_LISTS) {
		const entries: Array<SsoEntry | MemberAdmin> = sent[list] ?? [];
		checkNamesUnique(list, entries);
		Object.assign(upserts, { [list]: entries.map((entry) => ({ action: 'upsert', ...entry })) });
	}
	return accessAfter(state, { sso_1: [], sso_2: [], member_admins: [] }, upserts);
}

/** `access` of UpdateGroup is a list of operations, carried out in order on the lists the group has. */
export function accessAfter(state: State, before: Access, operations: AccessOperations): Access {
	const after: Record<string, object[]> = {};
	for (const list of ACCESS_LISTS) {
		let entries: object[] = before[list];
		for (const [n, operation] of (operations[list] ?? []).entries())
			entries = entriesAfter(state, entries, operation, `access.${list}[${n}]`);
		after[list] = entries;
	}
	return after as Access;
}

function entriesAfter(
	state: State,
	entries: object[],
	operation: AccessOperation<object>,
	path: string,
): object[] {
	const { action, ...entry } = operation;
	const at = entries.findIndex((other) => nameOf(other) === nameOf(entry));
	if (action === 'remove') {
		if (at < 0) throw refusals.invalid(path, `removes ${nameOf(entry)}, which the group does not have`);
		return entries.filter((_, n) => n !== at);
	}
	checkIdsKnown(state, entry, path);
	const stored = inDocumentedOrder(structuredClone(entry));
	return at < 0 ? [...entries, stored] : entries.map((other, n) => (n === at ? stored : other));
}

function checkIdsKnown(state: State, entry: Partial<MemberAdmin>, path: string): void {
	const { user_id: userId, group_id: groupId } = entry;
	if (userId !== undefined && !state.findUser(userId))
		throw refusals.invalid(`${path}.user_id`, `is not the id of a user: ${userId}`);
	if (groupId !== undefined && !state.findGroup(groupId))
		throw refusals.invalid(`${path}.group_id`, `is not the id of a group: ${groupId}`);
}

/** Refuses two entries with the same name in CreateGroup, because UpdateGroup addresses an entry only by its name. */
function checkNamesUnique(list: string, entries: Array<SsoEntry | MemberAdmin>): void {
	const names = entries.map(nameOf);
	const repeated = firstRepeated(names);
	if (repeated >= 0) throw refusals.invalid(`access.${list}[${repeated}]`, `repeats ${names[repeated]}`);
}
