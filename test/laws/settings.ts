import fc from 'fast-check';
import type { IDataObject, INodeParameters, INodeProperties, IPairedItemData } from 'n8n-workflow';

import { operations as ofAttackForge } from '../../nodes/AttackForgeGroup/operations';
import { OBJECT_TYPES } from '../../nodes/ThreatConnectGroup/fields/associations';
import { operations as ofThreatConnect } from '../../nodes/ThreatConnectGroup/operations';
import type { RunResult } from '../engine/harness';
import {
	afresh,
	cell,
	type Cell,
	cellsOfModes,
	must,
	mustEqual,
	plain,
	recordFor,
	short,
	usualOf,
} from './judge';
import { caseOf, type Operation } from './operations';
import { BLANKS, neighborOf, type Reference } from './values';
import type { Case, Records, World } from './worlds';

/** What the laws ask of options and filters: of each, as it stands in the form of its operation. */

/** They hold for the whole run. */
const OF_THE_RUN = ['maxConcurrentRequests', 'timeout'];
/** How long a job of Bulk Import may take: without it, one that a fault hides is asked for ten minutes. */
const KEPT = ['timeLimit'];

/** The entries of a collection of an operation. */
function entriesOf({ service, name }: Operation, collection: string): INodeProperties[] {
	const operations = service === 'threatConnect' ? ofThreatConnect : ofAttackForge;
	const parameters: INodeProperties[] = operations
		.filter(({ resource, operation }) => name === `${service} ${resource}/${operation}`)
		.flatMap((one) => one.parameters);
	const found = parameters.filter((one) => one.name === collection);
	return found.flatMap(({ options = [] }) => options as INodeProperties[]);
}

/** The options of an operation. */
export const optionNames = (operation: Operation): string[] =>
	entriesOf(operation, 'options').map(({ name }) => name);

const optionsOf = (operation: Operation) =>
	entriesOf(operation, 'options').filter(({ name }) => ![...OF_THE_RUN, ...KEPT].includes(name));

const SETTING = '={{ $json.at.setting }}';

/** As the form holds an expression in it. */
function boxOf({ type, options = [] }: INodeProperties): unknown {
	if (type === 'resourceLocator') return { __rl: true, mode: 'name', value: SETTING };
	if (type !== 'fixedCollection') return SETTING;
	const [{ name = '', values = [] } = {}] = options as Array<{
		name: string;
		values: INodeProperties[];
	}>;
	const rows = values.map((one) => [one.name, boxOf(one)]);
	return { [name]: [Object.fromEntries(rows)] };
}

/** The same case with a setting, an expression whose value stands in each item. */
function withSetting(
	{ parameters, items, binary }: Case,
	collection: 'options' | 'filters',
	entry: INodeProperties,
	values: readonly unknown[],
): Case {
	const settings = { ...(parameters[collection] as INodeParameters), [entry.name]: boxOf(entry) };
	return {
		parameters: { ...parameters, [collection]: settings as INodeParameters },
		items: values.map((setting, index) => {
			const item = items[index] ?? {};
			return { ...item, at: { ...(item.at as IDataObject), setting } as IDataObject };
		}),
		...(binary && { binary }),
	};
}

const cases = (operation: Operation, mode: Parameters<typeof caseOf>[1]) => {
	const { locator, references } = usualOf(operation);
	return fc
		.tuple(references, recordFor(operation))
		.map(([reference, record]) => caseOf(operation, mode, locator, [{ reference, record }]));
};

const { commas, ...others } = BLANKS;
const blankOf = ({ name }: INodeProperties) =>
	// A comma is a name of a file.
	fc.oneof(...Object.values(others), ...(name === 'fileName' || !commas ? [] : [commas]));

/** An option that says nothing is an option that is not set, or is refused. */
export const blankOptions = (operation: Operation): Cell[] =>
	cellsOfModes({ ...operation, modes: operation.modes.slice(0, 1) }, 'frame', (at) =>
		optionsOf(operation).map((option) =>
			cell(
				{ ...at, operation, kind: `blank in Options > ${option.displayName}` },
				fc.record({ one: cases(operation, at.mode), value: blankOf(option) }),
				async (world, { one: usual, value }) => {
					const { [option.name]: _set, ...options } = usual.parameters.options as INodeParameters;
					const one = { ...usual, parameters: { ...usual.parameters, options } };
					const without = await afresh(world, one);
					const { before, after, outcome, result } = await afresh(
						world,
						withSetting(one, 'options', option, [value]),
					);
					if (outcome.is === 'not done') return mustEqual('refused, and done', after, before);
					mustEqual('a blank says something', after, without.after);
					const [said, meant] = [result, without.result].map(({ items }) =>
						plain(items.map(({ json }) => json)),
					);
					must(said === meant, short(`it gives ${said}, and without the option ${meant}`));
				},
			),
		),
	);

/** Parameters with which the form offers a filter: n8n drops those that it does not offer. */
function offering({ displayOptions }: INodeProperties, parameters: INodeParameters): INodeParameters {
	const hiding: unknown[] = displayOptions?.hide?.['/objectType'] ?? [];
	if (!hiding.includes(parameters.objectType)) return parameters;
	return { ...parameters, objectType: Object.keys(OBJECT_TYPES).find((type) => !hiding.includes(type)) };
}

/** How many records an operation has found. Count returns their number. */
const foundBy = ({ items }: RunResult): number => {
	const count = items[0]?.json.count;
	return typeof count === 'number' ? count : items.length;
};

/** A filter that says nothing is refused or finds nothing: it must not find everything. */
export const blankFilters = (operation: Operation): Cell[] =>
	cellsOfModes(operation, 'frame', (at) =>
		entriesOf(operation, 'filters').flatMap((filter) => {
			const mustNotFindAll = async (world: World, one: Case, filtered: Case) => {
				const { outcome, result } = await afresh(world, filtered);
				const all = await afresh(world, one);
				const [found, most] = [foundBy(result), foundBy(all.result)];
				must(
					// Of some types of objects the records of the laws hold none.
					outcome.is === 'not done' || most === 0 || found < most,
					`it finds all ${found} records`,
				);
			};
			const blank = cell(
				{ ...at, kind: `blank in the filter ${filter.displayName}` },
				fc.record({ one: cases(operation, at.mode), value: blankOf(filter) }),
				async (world, { one: usual, value }) => {
					const one = { ...usual, parameters: offering(filter, usual.parameters) };
					await mustNotFindAll(world, one, withSetting(one, 'filters', filter, [value]));
				},
			);
			if (filter.type !== 'fixedCollection') return [blank];
			const [{ name = '' } = {}] = filter.options ?? [];
			const withoutRow = fc.constantFrom<INodeParameters>({}, { [name]: [] });
			return [
				blank,
				cell(
					{ ...at, kind: `the filter ${filter.displayName} without a row`, isAlwaysTested: true },
					fc.record({ one: cases(operation, at.mode), withoutRow }),
					async (world, input) => {
						const { parameters } = input.one;
						const filters = { ...(parameters.filters as INodeParameters), [filter.name]: input.withoutRow };
						await mustNotFindAll(world, input.one, { ...input.one, parameters: { ...parameters, filters } });
					},
				),
			];
		}),
	);

/** What the node refuses before it sends anything of the item. */
const refusedByNode = ({ name }: INodeProperties) =>
	name === 'additionalJson'
		? fc.constantFrom<unknown>('{"name":', '[1]', 5, '"text"')
		: fc.constant<unknown>({ nonsense: [1] });

/** What only the service can refuse, with the request of the item. */
const refusedByService = ({ name }: INodeProperties, { service }: Operation) =>
	name !== 'additionalJson'
		? []
		: service === 'threatConnect'
			? [{ nonsense: [1] }, '{"status": "Sleeping"}', '{"securityLabels": {"data": [{"name": "TLP:PINK"}]}}']
			: [{ nonsense: [1] }];

type Spoiled = { value: unknown; isSent: boolean; neighbor: Reference };

/** An item that an option spoils, and that may name the same record as the good item. */
function spoiledOf(option: INodeProperties, operation: Operation, good: Reference): fc.Arbitrary<Spoiled> {
	const other = neighborOf(operation.service, good);
	const neighbors = fc.constantFrom(good, ...(other ? [other] : []));
	const unsent = fc.record({
		value: refusedByNode(option),
		isSent: fc.constant(false),
		neighbor: neighbors,
	});
	const values = refusedByService(option, operation);
	if (values.length === 0) return unsent;
	const sent = fc.record({
		value: fc.constantFrom<unknown>(...values),
		isSent: fc.constant(true),
		// Bulk Import takes an XID once, and does not know yet that ThreatConnect will refuse its first item.
		neighbor: operation.name.endsWith('bulkImport') && other ? fc.constant(other) : neighbors,
	});
	return fc.oneof(unsent, sent);
}

/** A good item, and before it one that an option spoils. */
const pairs = (operation: Operation, mode: Parameters<typeof caseOf>[1], option: INodeProperties) => {
	const { locator, references } = usualOf(operation);
	return fc.tuple(references, recordFor(operation)).chain(([reference, record]) =>
		spoiledOf(option, operation, reference).map(({ value, isSent, neighbor }) => {
			const of = (...all: Reference[]) =>
				caseOf(
					operation,
					mode,
					locator,
					all.map((one) => ({ reference: one, record })),
				);
			return {
				alone: withSetting(of(reference), 'options', option, [undefined]),
				both: withSetting(of(neighbor, reference), 'options', option, [value, undefined]),
				isSent,
				/** The record of the spoiled item alone. */
				besides: neighbor.names === reference.names ? undefined : neighbor.names,
			};
		}),
	);
};

const without = (records: Records, id: string | undefined): Records =>
	new Map([...records].filter(([key]) => id === undefined || !key.endsWith(` ${id}`)));

/** An option that one item spoils decides nothing for another. */
export const optionsOfOthers = (operation: Operation): Cell[] =>
	cellsOfModes({ ...operation, modes: operation.modes.slice(0, 1) }, 'truth', (at) =>
		optionsOf(operation)
			// These take any text.
			.filter(({ name }) => !['fileName', 'associatedGroupXid'].includes(name))
			.map((option) =>
				cell(
					{ ...at, operation, kind: `another item spoils Options > ${option.displayName}` },
					pairs(operation, at.mode, option),
					async (world, { alone, both, isSent, besides }) => {
						const meant = await afresh(world, alone);
						const { after, result } = await afresh(world, both);
						const of = (all: RunResult['items'], item: number) =>
							all.filter(({ pairedItem }) => (pairedItem as IPairedItemData).item === item);
						const [isSpoiled] = of(result.errors, 0);
						must(isSpoiled !== undefined || isSent, 'the spoiled item is taken');
						if (!isSpoiled) return;
						mustEqual(
							'the good item is not as alone',
							without(after, besides),
							without(meant.after, besides),
						);
						const words = ({ json: { at: _at, ...json } }: RunResult['items'][number]) => json;
						const [said, should] = [
							[...of(result.items, 1), ...of(result.errors, 1)],
							[...of(meant.result.items, 0), ...of(meant.result.errors, 0)],
						].map((all) => plain(all.map(words)));
						must(said === should, short(`the good item says ${said}, and alone ${should}`));
					},
				),
			),
	);
