import fc from 'fast-check';
import type { IDataObject, INodeParameters, INodeProperties } from 'n8n-workflow';

import { operations as ofAttackForge } from '../../nodes/AttackForgeGroup/operations';
import { OBJECT_TYPES } from '../../nodes/ThreatConnectGroup/fields/associations';
import { operations as ofThreatConnect } from '../../nodes/ThreatConnectGroup/operations';
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
import { BLANKS } from './values';
import type { Case } from './worlds';

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

const cases = (operation: Operation, mode: Parameters<typeof caseOf>[1], items = 1) => {
	const { locator, references } = usualOf(operation);
	return fc.tuple(references, recordFor(operation)).map(([reference, record]) =>
		caseOf(
			operation,
			mode,
			locator,
			Array.from({ length: items }, () => ({ reference, record })),
		),
	);
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
				async (world, { one, value }) => {
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

/** A filter that says nothing is refused or finds nothing: it must not find everything. */
export const blankFilters = (operation: Operation): Cell[] =>
	cellsOfModes(operation, 'frame', (at) =>
		entriesOf(operation, 'filters').map((filter) =>
			cell(
				{ ...at, kind: `blank in the filter ${filter.displayName}` },
				fc.record({ one: cases(operation, at.mode), value: blankOf(filter) }),
				async (world, { one: usual, value }) => {
					const one = { ...usual, parameters: offering(filter, usual.parameters) };
					const { outcome, result } = await afresh(world, withSetting(one, 'filters', filter, [value]));
					const all = await afresh(world, one);
					must(
						outcome.is === 'not done' || result.items.length < all.result.items.length,
						`it finds all ${result.items.length} records`,
					);
				},
			),
		),
	);

/** An option that one item spoils decides nothing for another. */
export const optionsOfOthers = (operation: Operation): Cell[] =>
	cellsOfModes({ ...operation, modes: operation.modes.slice(0, 1) }, 'truth', (at) =>
		optionsOf(operation)
			// These take any text, or any object.
			.filter(({ name }) => !['fileName', 'associatedGroupXid', 'additionalJson'].includes(name))
			.map((option) =>
				cell(
					{ ...at, operation, kind: `another item spoils Options > ${option.displayName}` },
					cases(operation, at.mode, 2),
					async (world, one) => {
						const alone: Case = {
							...one,
							items: one.items.slice(1),
							...(one.binary && { binary: one.binary.slice(1) }),
						};
						const meant = await afresh(world, withSetting(alone, 'options', option, [undefined]));
						const both = withSetting(one, 'options', option, [{ nonsense: [1] }, undefined]);
						const { after, result } = await afresh(world, both);
						const refused = result.errors.map(
							({ json }) => (json.details as IDataObject | undefined)?.itemIndex,
						);
						if (!refused.includes(0)) return;
						mustEqual('the good item is not as alone', after, meant.after);
						must(
							(meant.outcome.is === 'done') === !refused.includes(1),
							`the good item says: ${JSON.stringify(result.errors.map(({ json }) => json))}`,
						);
					},
				),
			),
	);
