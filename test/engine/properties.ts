import fc from 'fast-check';
import type { IDataObject, INodeParameters, INodeProperties, INodeTypeDescription } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import type { LoggedRequest } from '../simulators/shared/server';
import { anything } from './anything';
import type { RunResult } from './harness';

/**
 * What the property tests of both nodes share: items with any content, the form of an operation with an expression in
 * every input, and checks of each run.
 */

/** Fixed, so that a failure can be repeated. `PROPERTY_SEED=42` tries other values, `PROPERTY_RUNS=50` more of them. */
const SEED = Number(process.env.PROPERTY_SEED ?? 20261122);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 3);
const ITEMS = { minLength: 20, maxLength: 30 };

// --- the form of an operation ----------------------------------------------------------------------------------------

/** An input of the form, with its key in the item and the values that a careful user would enter. */
type Box = { key: string; name: string; plausible: fc.Arbitrary<unknown>; needed: boolean };

/**
 * Options of the whole run, which come from its first item. A bad one fails all items at once, so they have other
 * tests.
 */
const OF_THE_RUN = [
	...['maxConcurrentRequests', 'timeout', 'maxBytes', 'timeLimit'],
	...['attributeWriteType', 'tagWriteType', 'securityLabelWriteType'],
];

/** Good values by the name of the parameter, for parameters whose type does not say enough. */
export type Plausible = Readonly<Record<string, fc.Arbitrary<unknown>>>;

type Form = { parameters: INodeParameters; boxes: Box[] };

const visible = (properties: INodeProperties[], values: INodeParameters, root: INodeParameters) =>
	properties.filter((property) =>
		NodeHelpers.displayParameter(values, property, { typeVersion: 1 }, null, root),
	);

function plausibleFor(
	{ name, type, options = [] }: INodeProperties,
	given: Plausible,
): fc.Arbitrary<unknown> {
	const known = Object.hasOwn(given, name) ? given[name] : undefined;
	if (known) return known;
	const values = options.flatMap((option) => ('value' in option ? [option.value] : []));
	if (type === 'options' && values.length > 0) return fc.constantFrom(...values);
	if (type === 'multiOptions') return fc.subarray(values);
	if (type === 'boolean') return fc.boolean();
	if (type === 'number') return fc.integer({ min: 1, max: 5 });
	if (type === 'dateTime') return fc.constantFrom('2026-11-20T08:15:00Z', '2026-11-20');
	if (type === 'json') return fc.constantFrom('{}', '[]', '', '{"a":1}');
	return fc.constantFrom('alpha', 'beta', 'gamma delta');
}

/**
 * The form of an operation, with an expression in every input. `structure` gives the resource, the operation and the
 * modes, and `roll` chooses the entries of collections.
 */
export function formOf(
	{ properties }: INodeTypeDescription,
	structure: INodeParameters,
	roll: (sides: number) => number,
	plausible: Plausible,
): Form {
	const boxes: Box[] = [];
	const pick = (entries: INodeProperties[]) =>
		entries.length < 4 ? entries : entries.filter(() => roll(entries.length) < 4);
	const fill = (property: INodeProperties, path: string, needed: boolean): unknown => {
		const { name, type, options = [], typeOptions } = property;
		const key = `${path}${name}`;
		if (type === 'collection') {
			// A field of some types is a fault for all other types. With all of these fields, every item would have a fault.
			const entries = pick(visible(options as INodeProperties[], structure, structure)).filter(
				({ displayOptions: { hide, show } = {} }) => !{ ...hide, ...show }['/type'] || roll(8) === 0,
			);
			return Object.fromEntries(entries.map((entry) => [entry.name, fill(entry, `${key}_`, false)]));
		}
		if (type === 'fixedCollection') {
			const groups = options as Array<{ name: string; values: INodeProperties[] }>;
			return Object.fromEntries(
				groups.flatMap((group) => {
					if (typeOptions?.multipleValues && roll(2) > 0) return [];
					const row = Object.fromEntries(
						pick(group.values).map((value) => [value.name, fill(value, `${key}_${group.name}_`, false)]),
					);
					return [[group.name, typeOptions?.multipleValues ? [row] : row]];
				}),
			);
		}
		const modes = (property.modes ?? []).map((one) => one.name);
		const mode = modes[roll(modes.length)] ?? '';
		const hasDefault = path === '' && ['options', 'boolean', 'number'].includes(type);
		boxes.push({
			key,
			name,
			// An empty entry of filters is refused, and a user who adds a row fills it in.
			needed: needed || hasDefault || /^filters_|_(field|entry|sso_\d|member_admins)_/.test(path),
			plausible: plausible[`${name} by ${mode}`] ?? plausibleFor(property, plausible),
		});
		const value = `={{ $json.boxes[${JSON.stringify(key)}] }}`;
		return type === 'resourceLocator' ? { __rl: true, mode, value } : value;
	};
	const parameters: INodeParameters = { ...structure };
	for (const property of visible(properties, structure, structure)) {
		if (property.type === 'notice' || property.noDataExpression || property.name in structure) continue;
		parameters[property.name] = fill(property, '', property.required === true) as INodeParameters[string];
	}
	return { parameters, boxes };
}

/** Items for a form. Most values are good, so that the items get far, and some are anything else. */
const itemsFor = ({ boxes }: Form, more: fc.Arbitrary<IDataObject>): fc.Arbitrary<IDataObject[]> =>
	fc.array(
		fc
			.tuple(
				more,
				fc.record(
					Object.fromEntries(
						boxes.map(({ key, name, plausible, needed }) => [
							key,
							fc.oneof(
								{ weight: needed ? 24 : 6, arbitrary: plausible },
								{ weight: needed ? 0 : 24, arbitrary: fc.constant(undefined) },
								{ weight: OF_THE_RUN.includes(name) ? 0 : 2, arbitrary: anything },
							),
						]),
					),
				),
			)
			.map(([own, values]) => ({ ...own, boxes: values as IDataObject })),
		ITEMS,
	);

/** Some forms of an operation, with different entries of its collections, and items for each form. */
export function casesOf(
	description: INodeTypeDescription,
	structure: INodeParameters,
	plausible: Plausible,
	more: fc.Arbitrary<IDataObject> = fc.constant({}),
): Array<{ form: Form; items: IDataObject[] }> {
	const rolls = fc.sample(fc.infiniteStream(fc.nat()), { seed: SEED, numRuns: RUNS });
	return rolls.map((dice, index) => {
		const roll = (sides: number) => (dice.next().value as number) % Math.max(1, sides);
		const form = formOf(description, structure, roll, plausible);
		const [items = []] = fc.sample(itemsFor(form, more), { seed: SEED + index, numRuns: 1 });
		return { form, items };
	});
}

/** Records with keys of the service and any other keys, as Auto-Map and JSON take them. */
export const records = (names: readonly string[], plausible: Plausible): fc.Arbitrary<IDataObject> =>
	fc
		.array(
			fc.constantFrom(...names, '__proto__', 'constructor', 'toString', 'other').chain((name) =>
				fc.tuple(
					fc.constant(name),
					fc.oneof(
						{
							weight: 6,
							arbitrary:
								(Object.hasOwn(plausible, name) && plausible[name]) || fc.constantFrom('alpha', 'beta'),
						},
						{ weight: 1, arbitrary: anything },
					),
				),
			),
			{ maxLength: 5 },
		)
		// `Object.fromEntries` makes `__proto__` an ordinary key, as JSON.parse does.
		.map((entries) => Object.fromEntries(entries) as IDataObject);

// --- the checks --------------------------------------------------------------------------------------------------

/** Messages of the JavaScript engine, which do not tell the user what is wrong. */
const RAW_JAVASCRIPT =
	/is not a function|is not iterable|cannot (read|set|convert|mix|destructure)|undefined|\[object|Maximum call stack|Invalid (array|string) length|out of range|Unexpected (token|end)|circular|BigInt|not assignable|toPrimitive|read only property|ERR_[A-Z]+|ECONN|E2BIG/i;

/** A refusal of a request that only the node can have malformed, and not the user. */
const MALFORMED = /not valid JSON$|not valid JSON\.$|Content-Type|No such endpoint|is not a known parameter/;

/** The message without the user's text that it quotes, and without the place of a fault in JSON. */
const ownWords = (message: string) =>
	message.replace(/is not valid JSON: .*/s, '').replace(/"[^"]*"/gs, '""');

/** What is wrong with a run, one line for each fault, with the item as JSON. */
export class Faults {
	readonly found: string[] = [];

	constructor(private readonly items: readonly IDataObject[]) {}

	add(what: string, index?: number): void {
		const item = index === undefined ? '' : ` by ${shown(this.items[index])}`;
		this.found.push(`${what}${item}`.slice(0, 1500));
	}

	expect(isTrue: boolean, what: string, index?: number): void {
		if (!isTrue) this.add(what, index);
	}
}

const shown = (item: unknown): string =>
	JSON.stringify(item, (_key, value: unknown) =>
		typeof value === 'bigint' || typeof value === 'number' ? String(value) : value,
	);

/** Checks that each item has one outcome, and that each failure says in plain words what to do. */
function checkOutcomes(
	faults: Faults,
	{ items, errors, error, status }: RunResult,
	count: number,
	oneEach: boolean,
): void {
	faults.expect(status === 'success', `the run ended with ${status}: ${error?.message}`);
	const indexOf = ({ pairedItem }: { pairedItem?: unknown }) => (pairedItem as { item: number }).item;
	const outcomes = [...new Set(items.map(indexOf)), ...errors.map(indexOf)].sort((a, b) => a - b);
	if (oneEach) {
		faults.expect(
			items.length + errors.length === count,
			`${items.length} and ${errors.length} of ${count} items`,
		);
		faults.expect(
			outcomes.every((index, place) => index === place),
			`not one outcome each: ${outcomes.join()}`,
		);
	} else faults.expect(new Set(outcomes).size === outcomes.length, `two outcomes: ${outcomes.join()}`);
	for (const one of errors) {
		const fault = faultOf(one.json);
		if (fault) faults.add(`${fault}: ${shown([one.json.error, one.json.message])}`, indexOf(one));
	}
}

function faultOf({ error, message }: IDataObject): string | undefined {
	const [, request, httpCode] =
		/\(([A-Z]+ \/[^\s,]*)(?:, HTTP (\d+))?[^()]*\)$/.exec(String(message ?? '')) ?? [];
	const words = `${String(error)} ${String(message ?? '')}`;
	if (RAW_JAVASCRIPT.test(ownWords(words))) return 'raw words of JavaScript';
	if (request !== undefined && MALFORMED.test(String(error))) return 'a malformed request';
	if (words.length > 3000) return `a message of ${words.length} characters`;
	// The message is the service's, or it is ours and names the field and the way out.
	if (request !== undefined) {
		const isRefusal = /^4\d\d$/.test(httpCode ?? '') || /^GET \/api\/v2\/batch\/\d+\/errors$/.test(request);
		return isRefusal ? undefined : 'no refusal of the service';
	}
	if (!/\w{3}/.test(String(message ?? ''))) return 'no way out';
	return /"|JSON body|field is set|Both|file has no name/.test(String(error))
		? undefined
		: 'no field is named';
}

const HEADERS = [
	...['accept', 'accept-encoding', 'authorization', 'connection', 'content-length', 'content-type', 'host'],
	...['timestamp', 'transfer-encoding', 'user-agent', 'x-ssapi-key'],
];

/** Checks that the service received only requests of the operation, with documented paths and encoded values. */
function checkRequests(faults: Faults, requests: readonly LoggedRequest[], allowed: readonly RegExp[]): void {
	const paths = new RegExp(allowed.map(({ source }) => `^${source}$`).join('|'));
	for (const { method, target, headers, body, status = 0 } of requests) {
		const [path = '', query = '', ...more] = target.split('?');
		const line = `${method} ${target} ${body}`;
		faults.expect(paths.test(`${method} ${path}`), `a request that is not the operation's: ${line}`);
		faults.expect(
			more.length === 0 && /^([\w-]+=[\w.~%-]*(&|$))*$/.test(query),
			`a query not encoded: ${line}`,
		);
		const others = Object.keys(headers).filter((name) => !HEADERS.includes(name));
		faults.expect(others.length === 0, `headers ${others.join()}: ${line}`);
		const sent = decodeURIComponent(target) + body;
		faults.expect(
			!/\[object |\bNaN\b|"undefined"|\/undefined|Invalid Date/.test(sent),
			`a value that is none: ${line}`,
		);
		faults.expect(status < 500, `refused with ${status}: ${line}`);
	}
}

const PROTOTYPES = [Object, Array, Function, String, Number, Date, Map, Promise].map(
	(one) => one.prototype as object,
);

/** @returns the names of all properties that every object has, which must be the same before and after */
const inherited = (): string[] => PROTOTYPES.flatMap((prototype) => Reflect.ownKeys(prototype).map(String));

/** A service under test, with records that items are about and others that must not change. */
export type Subject = {
	requests: readonly LoggedRequest[];
	/** Creates both kinds of records anew. */
	seed(): Promise<void>;
	bystanders(): unknown;
	/** @param round the number of the form */
	run(form: Form, items: IDataObject[], round: number): Promise<RunResult>;
};

export type Expected = {
	/** Method and path of each request that the operation may send. */
	allowed: readonly RegExp[];
	/** Whether an item gives exactly one output item, and not a list. */
	oneEach: boolean;
	/** The number of records, if each success adds one. */
	count?: () => number;
	also?(faults: Faults, items: readonly IDataObject[], requests: readonly LoggedRequest[]): void;
};

/** Runs an operation with each form and its items, and makes all checks. */
export async function checkOperation(
	subject: Subject,
	cases: ReturnType<typeof casesOf>,
	{ allowed, oneEach, count, also }: Expected,
	tally: Tally,
): Promise<void> {
	for (const [round, { form, items }] of cases.entries()) {
		await subject.seed();
		const from = subject.requests.length;
		const before = { bystanders: subject.bystanders(), count: count?.(), inherited: inherited() };
		const result = await subject.run(form, items, round);
		const requests = subject.requests.slice(from);
		const faults = new Faults(items);
		checkOutcomes(faults, result, items.length, oneEach);
		checkRequests(faults, requests, allowed);
		also?.(faults, items, requests);
		expect(faults.found).toEqual([]);
		expect(subject.bystanders()).toEqual(before.bystanders);
		expect(inherited()).toEqual(before.inherited);
		const written = result.items.filter(({ json }) => json._preview !== true);
		if (count && before.count !== undefined) expect(count()).toBe(before.count + written.length);
		tally.succeeded += items.length - result.errors.length;
		tally.failed += result.errors.length;
	}
}

/** How the items of an operation ended, for all its modes together, because one mode alone has few items. */
export type Tally = { succeeded: number; failed: number };

export function checkTally({ succeeded, failed }: Tally): void {
	expect(succeeded).toBeGreaterThan(0);
	expect(failed).toBeGreaterThan(0);
}
