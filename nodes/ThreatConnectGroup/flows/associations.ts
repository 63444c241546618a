import { asError, errorMessage, InvalidInput, ServiceFailure } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { readThenWrite } from '../../shared/http/readThenWrite';
import { cancelSignal } from '../../shared/http/connection';
import { type ResponseOptions, MAX_PAGE_SIZE, type ThreatConnect } from '../api/client';
import { isAboutCredential } from '../api/responses';
import { OBJECT_TYPES, type ObjectType } from '../fields/associations';
import type { IndicatorName } from '../fields/indicators';
import { anyOf, type Disjunction } from '../query/filters';
import { associatedTo } from '../query/objectFilters';
import { allOf, isOneOf } from '../query/clauses';
import { indicatorSpelling, indicatorSpellings } from '../query/matching';
import { indexOf, severalOf, summaryClause } from './findIndicator';
import { searchFor } from './findRecords';

/** Adds and removes what is associated to a group. */

/** An object as an item names it: by ID, or an indicator by its value, with the body that ThreatConnect takes for it. */
export type NamedObject =
	{ type: ObjectType; id: string } | { type: 'indicator'; indicator: IndicatorName; body: JsonObject };

/** What the items of one group name. */
export type Wish = { index: number; objects: readonly NamedObject[] };

/** What one item finds and leaves. */
export type Outcome = { changed: NamedObject[]; unchanged: NamedObject[] };

type Change = {
	groupId: string;
	mode: 'append' | 'delete';
	options: ResponseOptions;
	/** Whether nothing more may be sent. */
	halted(): boolean;
	/** Is called once for each wish. */
	settle(index: number, outcome: Outcome | Error): void;
};

/** Objects that this run has written, by `keyOf`. */
type Written = Set<string>;

/**
 * Changes what is associated to one group, for all items that name the group, in one request. What is so already is not
 * sent.
 *
 * If ThreatConnect refuses the request, its halves are sent, so that an item fails only for what it names itself.
 */
export async function changeAssociations(
	api: ThreatConnect,
	wishes: readonly Wish[],
	change: Change,
): Promise<void> {
	const written: Written = new Set();
	/** What is still to be sent. The last part is the next one. */
	const parts = [wishes];
	/** Parts that were refused as a whole. They are halved only if ThreatConnect takes another part. */
	const refused: Array<{ part: readonly Wish[]; error: unknown }> = [];
	let failures = 0;
	for (let part = parts.pop(); part !== undefined && !change.halted(); part = parts.pop()) {
		try {
			const outcomes = await writeOnce(api, part, change, written);
			part.forEach(({ index }, place) => change.settle(index, outcomes[place] ?? NOTHING));
		} catch (error) {
			if (part.length === 1 || !isRefusal(error)) {
				for (const wish of part) change.settle(wish.index, afterFailure(wish, error, written));
				if (isRefusal(error) && error instanceof ServiceFailure) failures++;
			} else if (written.size > 0 || failures < MAX_FAILURES) {
				parts.push(...halvesOf(part));
			} else {
				refused.push({ part, error });
			}
		}
		if (written.size > 0) parts.push(...refused.splice(0).flatMap((one) => halvesOf(one.part)));
	}
	for (const { part, error } of refused) {
		const failure = refusedTogether(error);
		for (const { index } of part) change.settle(index, failure);
	}
}

/**
 * If so many items were refused one by one and nothing was taken, the rest is sent in few parts, because it is probably
 * refused too, e.g. because of a missing permission.
 */
const MAX_FAILURES = 10;

/** What an item finds whose request failed. The first of several requests may have been done. */
function afterFailure({ objects }: Wish, error: unknown, written: Written): Outcome | Error {
	const done = objects.filter((object) => written.has(keyOf(object)));
	if (done.length === 0) return asError(error);
	if (done.length === objects.length) return { changed: done, unchanged: [] };
	if (!(error instanceof ServiceFailure)) return asError(error);
	const doubt = `${done.length} of the ${objects.length} associations were changed before. Run the item again: it changes the rest.`;
	return error.inDoubt(
		[doubt, error.doubt].filter(Boolean).join(' '),
		error.certainty === 'unknown' ? 'unknown' : 'findable',
	);
}

/** The second half comes first. */
function halvesOf(wishes: readonly Wish[]): Array<readonly Wish[]> {
	const half = Math.ceil(wishes.length / 2);
	return [wishes.slice(half), wishes.slice(0, half)];
}

const NOTHING: Outcome = { changed: [], unchanged: [] };

/**
 * Whether the request was refused for something in it, so that a part of it may be taken. ThreatConnect answers with 401
 * also if the API user has no access to one of the objects.
 */
const isRefusal = (error: unknown): boolean =>
	error instanceof InvalidInput ||
	(error instanceof ServiceFailure &&
		error.certainty === 'notDone' &&
		/^(400|401|403|404|409|413|422)$/.test(error.details.httpCode ?? '') &&
		!(error.details.httpCode === '401' && isAboutCredential(error)));

const refusedTogether = (error: unknown) =>
	new InvalidInput(
		`ThreatConnect has refused ${MAX_FAILURES} items one by one, and all others together: ${errorMessage(error)}`,
		'Nothing was written to the group. Correct what the message names, and run the items that failed again.',
	);

async function writeOnce(
	api: ThreatConnect,
	wishes: readonly Wish[],
	{ groupId, mode, options }: Change,
	written: Written,
): Promise<Outcome[]> {
	const adds = mode === 'append';
	const objects = [
		...new Map(wishes.flatMap((wish) => wish.objects.map((object) => [keyOf(object), object]))).values(),
	];
	/** What was there before anything was written. */
	let before: Present | undefined;
	const change = await readThenWrite({
		signal: cancelSignal(api.connection),
		async read() {
			const present = await readPresent(api, groupId, objects, adds);
			// What an attempt without a response has done is found by the next one.
			for (const key of before ? objects.map(keyOf) : [])
				if (present.has(key) === adds && before?.has(key) !== adds) written.add(key);
			before ??= present;
			const left = objects.filter((object) => present.has(keyOf(object)) !== adds);
			return left.length === 0 ? undefined : bodiesOf(left, mode, present);
		},
		async write(bodies) {
			for (const { body, keys } of bodies) {
				await api.updateGroup({ id: groupId }, body, options, { maxAttempts: 1 });
				for (const key of keys) written.add(key);
			}
		},
	});
	// A group that does not exist has nothing to remove either, and that is to be an error.
	if (change === undefined && before?.size === 0) await api.getGroup({ id: groupId }, {});
	return wishes.map((wish): Outcome => {
		// Another part of the run may have written it before this part was read.
		const isUnchanged = (object: NamedObject) =>
			before?.has(keyOf(object)) === adds && !written.has(keyOf(object));
		return {
			changed: wish.objects.filter((object) => !isUnchanged(object)),
			unchanged: wish.objects.filter(isUnchanged),
		};
	});
}

/** Objects that the group has, by `keyOf`, with their IDs. */
type Present = Map<string, unknown>;

const keyOf = (object: NamedObject): string =>
	'id' in object
		? `${object.type} ${object.id}`
		: `named ${JSON.stringify([
				object.indicator.type,
				indicatorSpelling(object.indicator.type, object.indicator.summary),
				object.indicator.ownerName ?? '',
			])}`;

/** The bodies of the change, with the keys of what each one writes: several where a list is longer than one request takes. */
function bodiesOf(
	objects: readonly NamedObject[],
	mode: 'append' | 'delete',
	present: Present,
): Array<{ body: JsonObject; keys: string[] }> {
	const bodies: Array<{ body: JsonObject; keys: string[] }> = [];
	for (const [type, { list, maxSize = Infinity }] of Object.entries(OBJECT_TYPES)) {
		const named = objects.filter((object) => object.type === type);
		const seen = new Set<string>();
		for (let start = 0; start < named.length; start += maxSize) {
			const some = named.slice(start, start + maxSize);
			const data = some.flatMap((object): JsonObject[] => {
				if (mode === 'append') return ['id' in object ? { id: numberOf(object.id) } : object.body];
				// An item may name one object by its ID, and another item by its value.
				const id = present.get(keyOf(object));
				if (seen.has(String(id))) return [];
				seen.add(String(id));
				return [{ id }];
			});
			const place = start === 0 ? 0 : Math.floor(start / maxSize);
			const { body = {}, keys = [] } = bodies[place] ?? {};
			bodies[place] = { body: { ...body, [list]: { data, mode } }, keys: [...keys, ...some.map(keyOf)] };
		}
	}
	return bodies;
}

/** An ID as ThreatConnect writes it. */
const numberOf = (id: string): unknown => (Number.isSafeInteger(Number(id)) ? Number(id) : BigInt(id));

/**
 * Which of the objects the group has.
 *
 * @throws InvalidInput when an indicator that is to be removed is there several times
 */
async function readPresent(
	api: ThreatConnect,
	groupId: string,
	objects: readonly NamedObject[],
	adds: boolean,
): Promise<Present> {
	const present: Present = new Map();
	for (const type of Object.keys(OBJECT_TYPES) as ObjectType[]) {
		const ids = objects.flatMap((object) => (object.type === type && 'id' in object ? [object.id] : []));
		for (const { id } of await readByIds(api, groupId, type, ids)) present.set(`${type} ${String(id)}`, id);
	}
	const byPlace = new Map<
		string,
		{ names: Array<NamedObject & { indicator: IndicatorName }>; owner?: string }
	>();
	for (const object of objects) {
		if ('id' in object) continue;
		const { type, ownerName } = object.indicator;
		const owner = ownerName ?? (adds ? await api.findOwnOrganization() : undefined);
		// An indicator of another owner is another indicator. ThreatConnect itself finds out which one is meant.
		if (adds && owner === undefined) continue;
		const key = JSON.stringify([type, owner]);
		const place = byPlace.get(key) ?? { names: [], ...(owner !== undefined && { owner }) };
		place.names.push(object);
		byPlace.set(key, place);
	}
	for (const { names, owner } of byPlace.values()) {
		const rows = await readByNames(
			api,
			groupId,
			names.map(({ indicator }) => indicator),
			owner,
		);
		const find = indexOf(names[0]?.indicator.type ?? '', rows);
		for (const object of names) {
			const { indicator } = object;
			const alike = find(indicator.summary);
			const exact = alike.filter(({ summary }) => summary === indicator.summary);
			const [row, ...others] = exact.length > 0 ? exact : alike;
			if (row === undefined) continue;
			if (others.length > 0 && !adds) throw severalOf(indicator, [row, ...others]);
			present.set(keyOf(object), row.id);
		}
	}
	return present;
}

/** What is looked for among the objects of one type that a group has. */
type Wanted = {
	type: ObjectType;
	/** Of the objects of the group, those among which it is looked. */
	place: Disjunction[];
	/** Finds some of the objects. */
	some: Disjunction;
	/** How many texts of `some` about fit into one query. */
	perQuery: number;
	keep(record: JsonObject): boolean;
};

/** From so many queries on, it is worth a request to count what the group has. */
const MANY_QUERIES = 4;

/** Reads the wanted objects of a group, or all that it has where this takes fewer requests. */
async function readOfGroup(
	api: ThreatConnect,
	groupId: string,
	{ type, place, some, perQuery, keep }: Wanted,
): Promise<JsonObject[]> {
	if (some.texts.length === 0) return [];
	const { path } = OBJECT_TYPES[type];
	const ofGroup = [...place, associatedTo(groupId, type)];
	const find = async (disjunctions: Disjunction[]) =>
		await searchFor({ path, filters: { disjunctions }, limit: Infinity, keep })(api);
	const queries = some.texts.length / perQuery;
	if (queries > MANY_QUERIES) {
		const all = await api.count(path, allOf(ofGroup.map((one) => one.clause(one.texts))));
		if (all / MAX_PAGE_SIZE < queries) return await find(ofGroup);
	}
	return await find([some, ...ofGroup]);
}

async function readByIds(
	api: ThreatConnect,
	groupId: string,
	type: ObjectType,
	ids: readonly string[],
): Promise<JsonObject[]> {
	const wanted = new Set(ids);
	return await readOfGroup(api, groupId, {
		type,
		place: [],
		some: { filter: 'id', texts: ids, clause: (some) => `id in (${some.join(',')})` },
		perQuery: 60,
		keep: ({ id }) => wanted.has(String(id)),
	});
}

async function readByNames(
	api: ThreatConnect,
	groupId: string,
	names: readonly IndicatorName[],
	owner: string | undefined,
): Promise<JsonObject[]> {
	const [{ type } = { type: '' }] = names;
	const where = allOf([
		isOneOf('typeName', [type]),
		owner === undefined ? undefined : isOneOf('ownerName', [owner]),
	]);
	const wanted = new Set(names.flatMap(({ summary }) => indicatorSpellings(type, summary)));
	return await readOfGroup(api, groupId, {
		type: 'indicator',
		place: [{ filter: 'place', texts: [''], clause: () => where ?? '' }],
		some: {
			filter: 'summary',
			texts: [...new Set(names.map(({ summary }) => summary))],
			clause: (some) =>
				type === 'File' ? anyOf(some, (one) => `(${summaryClause(type, one)})`) : isOneOf('summary', some),
		},
		perQuery: 40,
		keep: ({ summary }) => indicatorSpellings(type, String(summary)).some((one) => wanted.has(one)),
	});
}
