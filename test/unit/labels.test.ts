import type { INodeProperties, INodePropertyOptions, INodeType } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';

import { AttackForgeGroup } from '../../nodes/AttackForgeGroup/AttackForgeGroup.node';
import { ThreatConnectGroup } from '../../nodes/ThreatConnectGroup/ThreatConnectGroup.node';

/**
 * In a tool, n8n's editor has a button that lets the model decide on the value of an input. It names the value after the
 * label of the input. Two inputs with one name get one value, so that for instance labels would overwrite tags.
 */

const NODES: Array<[string, INodeType]> = [
	['ThreatConnect Group', new ThreatConnectGroup()],
	['AttackForge Group', new AttackForgeGroup()],
];

/** Inputs of these types have no button, and neither has one that takes no expression. */
const WITHOUT_BUTTON = ['options', 'credentialsSelect', 'collection', 'fixedCollection', 'notice', 'hidden'];
/** Top-level parameters in whose place n8n expects the name and the description of a tool. */
const NEVER = ['description', 'toolName', 'toolDescription'];

type Input = { path: string; key: string };
type Group = INodePropertyOptions & { values: INodeProperties[] };
type Values = Record<string, unknown>;

/** As n8n makes it: the rows of lists in the path, then the label. */
function keyOf(path: string, displayName: string): string {
	const rows = path
		.split('.')
		.filter((part) => /\[\d+\]/.test(part))
		.map((part) => part.replace(/[[\]]/g, ''));
	const key = [...rows, displayName].join('_');
	return (rows.length > 1 ? key.slice(-63) : key.slice(0, 63)).replace(/[^a-zA-Z0-9-]/g, '_');
}

/** The inputs of a parameter and of all that it may hold. */
function inputsOf(
	property: INodeProperties,
	path: string,
	isShown: (one: INodeProperties) => boolean,
): Input[] {
	const { type, options = [], noDataExpression } = property;
	if (type === 'collection')
		return (options as INodeProperties[])
			.filter(isShown)
			.flatMap((one) => inputsOf(one, `${path}.${one.name}`, isShown));
	if (type === 'fixedCollection')
		return (options as Group[]).flatMap(({ name, values }) => {
			const row = property.typeOptions?.multipleValues ? `${name}[0]` : name;
			return values.flatMap((one) => inputsOf(one, `${path}.${row}.${one.name}`, () => true));
		});
	if (WITHOUT_BUTTON.includes(type) || noDataExpression) return [];
	return [{ path, key: keyOf(path, property.displayName) }];
}

/** The values of the drop-downs of a form: each value of each one, the others being as in a new node. */
function statesOf({ description }: INodeType, first: Values): Values[] {
	const isShown = (values: Values) => (property: INodeProperties) =>
		NodeHelpers.displayParameter(values as never, property, { typeVersion: 1 }, description, values as never);
	const defaults = { ...first };
	for (const property of description.properties)
		if (!(property.name in defaults) && isShown(defaults)(property))
			defaults[property.name] = property.default;
	const choices = description.properties
		.filter(
			(property) => property.type === 'options' && !(property.name in first) && isShown(defaults)(property),
		)
		.flatMap(({ name, options = [] }) =>
			[...(options as INodePropertyOptions[]).map(({ value }) => value), `={{ $json.${name} }}`].map(
				(value) => ({
					...defaults,
					[name]: value,
				}),
			),
		);
	return [defaults, ...choices];
}

describe.each(NODES)('%s', (_name, node) => {
	const { properties } = node.description;
	const operations = properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options = [] }) =>
			(options as INodePropertyOptions[]).map(({ value }) => [
				String(displayOptions?.show?.resource?.[0]),
				String(value),
			]),
		);

	test.each(operations)(
		'%s: %s has no two inputs that a model would fill with one value',
		(resource, operation) => {
			for (const values of statesOf(node, { authentication: 'apiToken', resource, operation })) {
				const isShown = (property: INodeProperties) =>
					NodeHelpers.displayParameter(
						values as never,
						property,
						{ typeVersion: 1 },
						node.description,
						values as never,
					);
				const inputs = properties
					.filter(isShown)
					.flatMap((property) => inputsOf(property, property.name, isShown));
				const byKey = new Map<string, Set<string>>();
				for (const { path, key } of inputs) byKey.set(key, (byKey.get(key) ?? new Set()).add(path));
				const shared = [...byKey]
					.filter(([, paths]) => paths.size > 1)
					.map(([key, paths]) => [key, ...paths]);
				expect(shared).toEqual([]);
				expect(inputs.filter(({ path }) => NEVER.includes(path))).toEqual([]);
			}
		},
	);
});

test('two inputs in rows of one name and with one label are found', () => {
	const rows = (name: string): INodeProperties => ({
		displayName: name,
		name,
		type: 'fixedCollection',
		typeOptions: { multipleValues: true },
		default: {},
		options: [
			{
				displayName: 'Row',
				name: 'row',
				values: [{ displayName: 'Owner Name', name: 'owner', type: 'string', default: '' }],
			},
		],
	});
	const keys = ['a', 'b'].flatMap((name) => inputsOf(rows(name), name, () => true)).map(({ key }) => key);
	expect(keys).toEqual(['row0_Owner_Name', 'row0_Owner_Name']);
});
