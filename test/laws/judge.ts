import fc from 'fast-check';
import type { IDataObject } from 'n8n-workflow';

import type { RunResult } from '../engine/harness';
import { caseOf, type DataMode, fieldsOf, type Operation } from './operations';
import { AF, type Kinds, type Reference } from './values';
import type { Case, Records, World } from './worlds';

/** What all laws have in common: what is checked, the cases, and how records are compared. */

export const LAWS = ['address', 'frame', 'once', 'truth', 'preview'] as const;
export type Law = (typeof LAWS)[number];

/** What is checked of an operation: `kind` says of which values, ways or faults. */
export type Cell = {
	law: Law;
	operation: Operation;
	mode: DataMode | undefined;
	kind: string;
	/** The law cannot be kept here, as this sentence of docs/reliability.md says. */
	documented?: string;
	/** The tests make a run of it too, and not of every nth cell alone. */
	isAlwaysTested?: true;
	/** What a run is made of, for the reader of a counterexample as well. */
	inputs: fc.Arbitrary<unknown>;
	holds(world: World, input: never): Promise<void>;
};

export type Place = Pick<Cell, 'law' | 'operation' | 'mode'>;

export const cell = <Input>(
	cells: Place & Pick<Cell, 'kind' | 'documented' | 'isAlwaysTested'>,
	inputs: fc.Arbitrary<Input>,
	holds: (world: World, input: Input) => Promise<void>,
): Cell => ({ ...cells, inputs, holds: holds });

export class Broken extends Error {}

export function must(isTrue: boolean, what: string): void {
	if (!isTrue) throw new Broken(what);
}

// --- what both sides of a comparison have in common -------------------------------------------------------------------

export const OUR_IDS = new Set<string>(Object.values(AF));

/** Records or output without what is made anew in each run: identifiers, assigned XIDs, values by chance. */
export function plain(all: unknown): string {
	const seen = new Map<string, string>();
	const nameOf = (id: string) => {
		if (OUR_IDS.has(id)) return id;
		seen.set(id, seen.get(id) ?? `#${seen.size}`);
		return seen.get(id) ?? id;
	};
	return (
		JSON.stringify(all instanceof Map ? [...(all as Map<string, string>)] : all)
			.replace(/\bn8n:[0-9a-f]{32}/g, 'n8n:…')
			.replace(/\bat 0\.\d+(e-\d+)?/g, 'at …')
			.replace(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, '…Z')
			.replace(/\b[0-9a-f]{24}\b/g, nameOf)
			// From the first ID that ThreatConnect's simulator gives; those of the seeds are lower.
			.replace(/\b((attributes|tags) )?11258999068(43|44)\d{3}\b/g, nameOf)
	);
}

export const short = (text: string) => (text.length > 700 ? `${text.slice(0, 700)}…` : text);

export function changesOf(before: Records, after: Records) {
	return {
		changed: [...before.keys()].filter((key) => after.has(key) && after.get(key) !== before.get(key)),
		removed: [...before.keys()].filter((key) => !after.has(key)),
		added: [...after.keys()].filter((key) => !before.has(key)),
	};
}

/** Field by field, as far as two records differ. */
export function difference(expected: string, given: string): string {
	const [then, now] = [expected, given].map((json) => JSON.parse(json) as IDataObject);
	const fields = [...new Set([...Object.keys(then ?? {}), ...Object.keys(now ?? {})])];
	/** Of two lists, the rows that only one has. */
	const rowsOf = (one: unknown, other: unknown) => {
		if (!Array.isArray(one) || !Array.isArray(other)) return JSON.stringify(one);
		const others = other.map((row) => JSON.stringify(row));
		const own = one.map((row) => JSON.stringify(row)).filter((row) => !others.includes(row));
		return `${one.length} rows, with [${own.join()}]`;
	};
	const shown = fields.flatMap((field) => {
		const [a, b] = [then?.[field], now?.[field]];
		return JSON.stringify(a) === JSON.stringify(b) ? [] : [[field, rowsOf(a, b), rowsOf(b, a)]];
	});
	return shown.map(([field, a, b]) => `${field} ${a} => ${b}`).join(', ');
}

export function mustEqual(what: string, given: Records, expected: Records): void {
	const named = (records: Records) => new Map(JSON.parse(plain(records)) as Array<[string, string]>);
	const [then, now] = [named(expected), named(given)];
	const { changed, removed, added } = changesOf(then, now);
	const shown = [
		...removed.map((key) => `without ${key}`),
		...added.map((key) => `besides ${key}`),
		...changed.map((key) => `${key}: ${difference(then.get(key) ?? '', now.get(key) ?? '')}`),
	];
	if (shown.length > 0) throw new Broken(short(`${what}: ${shown.join('; ')}`));
}

export type Outcome = { is: 'done' | 'not done' | 'in doubt'; words: string };

export function outcomeOf({ items, errors, error }: RunResult): Outcome {
	const [failed] = errors;
	const words = failed
		? `${String(failed.json.error)} ${String(failed.json.message)}`
		: error
			? `${error.message} ${error.description ?? ''}`
			: JSON.stringify(items.map(({ json }) => json));
	if (!failed && !error) return { is: 'done', words: short(words) };
	return {
		is: /may (or may not )?have been|may be there|unknown|was written|was changed|is linked/i.test(words)
			? 'in doubt'
			: 'not done',
		words,
	};
}

/** Runs it on the records as they were in the beginning. */
export async function afresh(world: World, one: Case, more: Parameters<World['run']>[1] = {}) {
	await world.reset();
	const before = world.records();
	const result = await world.run(one, more);
	return { before, after: world.records(), result, outcome: outcomeOf(result) };
}

// --- what items say ---------------------------------------------------------------------------------------------------

export const some = (
	fields: Kinds<unknown>,
	least: number,
	without: readonly string[] = [],
): fc.Arbitrary<IDataObject> => {
	const names = Object.keys(fields).filter((name) => !without.includes(name));
	return fc
		.subarray(names, { minLength: least, maxLength: 3 })
		.chain((chosen) =>
			fc.record(Object.fromEntries(chosen.map((name) => [name, fields[name] as fc.Arbitrary<unknown>]))),
		) as fc.Arbitrary<IDataObject>;
};

export const recordFor = (
	operation: Operation,
	least = 1,
	fields = fieldsOf(operation).fields,
): fc.Arbitrary<IDataObject> => (operation.fields ? some(fields, least, operation.without) : fc.constant({}));

export const usualOf = (operation: Operation, index = 0) => {
	const locator = operation.locators[index % operation.locators.length];
	if (!locator) throw new Error(`${operation.name} has no locator`);
	return { locator, references: locator.kinds[locator.usual] as fc.Arbitrary<Reference> };
};

/** Any case of an operation that names its record as users do. Its lists may make new objects. */
export const usualCase = (
	operation: Operation,
	mode: DataMode | undefined,
	least = 1,
): fc.Arbitrary<{ one: Case }> =>
	fc.nat(operation.locators.length - 1).chain((index) => {
		const { locator, references } = usualOf(operation, index);
		const { fields, made } = fieldsOf(operation);
		return fc
			.tuple(references, recordFor(operation, least, { ...fields, ...made }))
			.map(([reference, record]) => ({ one: caseOf(operation, mode, locator, [{ reference, record }]) }));
	});

export const cellsOfModes = (operation: Operation, law: Law, make: (at: Place) => Cell[]) =>
	operation.modes.flatMap((mode) => make({ law, operation, mode }));
