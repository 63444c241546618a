import type { Mode } from './fields';
import { refusal, refusalAbout } from './errors';
import { OWNERS, type ApiUser, type Owner } from './seeds';
import type { State } from './state';

/** The positions of switches that have more than two, or that have names. */
export const POSITIONS = {
	eventStatuses: [4, 8],
	knownXid: ['conflict', 'overwrite', 'duplicate'],
	xidWithoutOwner: ['lenient', 'notFound', 'refused'],
	batchDelete: ['xid', 'anyData'],
} as const;
export type Position<Name extends keyof typeof POSITIONS> = (typeof POSITIONS)[Name][number];

export type Behaviour = {
	nameLimit: number;
	trimsNames: boolean;
	eventStatuses: Position<'eventStatuses'>;
	knownXid: Position<'knownXid'>;
	xidWithoutOwner: Position<'xidWithoutOwner'>;
	crossOwner: boolean;
	bulkDelete: boolean;
	/** Milliseconds that the service takes to process a file. */
	processing: number;
	batchEnabled: boolean;
	/** Milliseconds that a batch job stays in each state. */
	batchDelay: number;
	/** Bytes of the largest file of a batch job. */
	batchSizeLimit: number;
	batchItemLimit: number;
	ignoresSeconds: boolean;
	batchDelete: Position<'batchDelete'>;
};

/** All that the steps of one request need. */
export type Context = { state: State; user: ApiUser; behaviour: Behaviour; now: string };

/** An object of a body whose shape the schemas have already checked. */
export type Entry = Record<string, unknown>;
export type EntryList = { data: Entry[]; mode?: Mode };

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Refuses an object of a body that lacks one of `names`. */
export function requireFields(entry: Entry, names: readonly string[], where: string): void {
	const missing = names.filter((name) => entry[name] === undefined);
	if (missing.length === 0) return;
	throw refusalAbout('MissingData', `Missing from ${where}: ${missing.join(', ')}`);
}

/** Refuses an object of a body with any field other than `names`. `why` completes "The field X ...". */
export function allowOnly(entry: Entry, names: readonly string[], why: string): void {
	const other = Object.keys(entry).find((name) => !names.includes(name));
	if (other !== undefined) throw refusalAbout('ImproperFormat', `The field "${other}" ${why}`);
}

export function canRead(user: ApiUser, ownerName: string): boolean {
	return user.permissions[ownerName] !== undefined;
}

export function requireWrite(user: ApiUser, ownerName: string): void {
	if (user.permissions[ownerName] !== 'FULL') throw refusal('Unauthorized');
}

/** docs: http_status_codes, 403 for "an owner that does not exist or to which they do not have access". */
function visible(user: ApiUser, matches: (owner: Owner) => boolean): Owner {
	const owner = OWNERS.find(matches);
	if (!owner || !canRead(user, owner.name)) throw refusal('Forbidden', 'The requested owner was not found');
	return owner;
}

/** The owner that all the given values name; if none is given, the user's Organization. */
export function requestedOwner(
	user: ApiUser,
	ways: { name?: unknown; query?: unknown; id?: unknown },
): string {
	const named = [ways.query, ways.name]
		.map(textOf)
		.filter((name) => name !== undefined)
		.map((name) => visible(user, (owner) => owner.name === name));
	const id = textOf(ways.id);
	if (id !== undefined) named.push(visible(user, (owner) => owner.id === id));
	if (new Set(named).size > 1) throw refusalAbout('MismatchedItems', 'The requested owners differ.');
	return named[0]?.name ?? visible(user, (owner) => owner.name === user.owner).name;
}
