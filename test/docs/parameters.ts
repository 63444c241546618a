import {
	type INode,
	type INodeParameters,
	type INodeProperties,
	type INodePropertyCollection,
	type INodePropertyOptions,
	type INodeTypeDescription,
	NodeHelpers,
} from 'n8n-workflow';

import { OUTPUT_FIELDS } from '../../nodes/ThreatConnectGroup/fields/groupFields';

/** What the form of a node shows for given parameters. */

/** A value of a form: its path of labels, and the value as shown. */
export type Row = [label: string, value: string];

/** Parameters that the heading of an example already names. */
const SAID = ['authentication', 'resource', 'operation'];

type Values = Record<string, unknown>;
type Form = { root: INodeParameters; node: INode; description: INodeTypeDescription; notices: boolean };

const isObject = (value: unknown): value is Values =>
	typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * The parameters that are shown and have a value, from top to bottom, without those that the heading of an example
 * names.
 *
 * @throws when a parameter is given that the form does not show
 */
export const shownParameters = (description: INodeTypeDescription, parameters: INodeParameters): Row[] =>
	rowsOfForm(description, parameters, SAID, false);

/**
 * All that a picture of the form shows, including resource and operation. Notices have no label, and inputs that are empty
 * no value.
 */
export const shownForm = (description: INodeTypeDescription, parameters: INodeParameters): Row[] =>
	rowsOfForm(description, parameters, [], true);

function rowsOfForm(
	description: INodeTypeDescription,
	parameters: INodeParameters,
	leftOut: readonly string[],
	notices: boolean,
): Row[] {
	const node: INode = {
		id: '1',
		name: 'Node',
		type: description.name,
		typeVersion: 1,
		position: [0, 0],
		parameters,
	};
	const root = NodeHelpers.getNodeParameters(
		description.properties,
		parameters,
		true,
		false,
		node,
		description,
	);
	if (!root) throw new Error(`No parameters of ${description.name}`);
	const form = { root, node, description, notices };
	const unknown = Object.keys(parameters).filter((name) => !(name in root));
	if (unknown.length > 0)
		throw new Error(`${JSON.stringify(parameters)}: not shown is ${unknown.join(', ')}`);
	return description.properties
		.filter(({ name }) => !leftOut.includes(name))
		.filter((property) => isShown(property, root, form))
		.flatMap((property) => {
			const rows = rowsOf(property, root[property.name], property.displayName, form);
			return notices && rows.length === 0 ? [[property.displayName, ''] satisfies Row] : rows;
		});
}

const isShown = (property: INodeProperties, values: Values, { root, node, description }: Form) =>
	NodeHelpers.displayParameter(values as INodeParameters, property, node, description, root);

function rowsOf(property: INodeProperties, value: unknown, label: string, form: Form): Row[] {
	if (property.type === 'notice') return form.notices ? [['', property.displayName]] : [];
	if (property.type === 'collection')
		return rowsIn(property.options as INodeProperties[], value, label, form);
	if (property.type === 'fixedCollection') {
		const groups = property.options as INodePropertyCollection[];
		return Object.entries(value as Values).flatMap(([name, given]) => {
			const group = groups.find((one) => one.name === name);
			if (!group) throw new Error(`${label} has no ${name}`);
			const entries = Array.isArray(given) ? given : [given];
			const own = groups.length > 1 ? `${label} > ${group.displayName}` : label;
			return entries.flatMap((entry, index) =>
				rowsIn(group.values, entry, entries.length > 1 ? `${own} ${index + 1}` : own, form),
			);
		});
	}
	const text = textOf(property, value);
	return text === undefined ? [] : [[label, text]];
}

/** The values in the order in which they were added, as the editor shows them. */
function rowsIn(properties: INodeProperties[], values: unknown, label: string, form: Form): Row[] {
	if (!isObject(values)) return [];
	return Object.entries(values).flatMap(([name, value]) => {
		const property = properties.find((one) => one.name === name && isShown(one, values, form));
		if (!property) throw new Error(`${label} shows no ${name}`);
		return rowsOf(property, value, `${label} > ${property.displayName}`, form);
	});
}

const code = (text: string) => `\`${text.replace(/\s+/g, ' ')}\``;

/** A value in Markdown: a chosen option by its name, typed text as code; `undefined` if nothing is set. */
function textOf(property: INodeProperties, value: unknown): string | undefined {
	if (value === '' || value === undefined || value === null) return undefined;
	if (isObject(value) && value.__rl === true) {
		if (value.value === '') return undefined;
		const mode = property.modes?.find(({ name }) => name === value.mode);
		if (!mode) throw new Error(`"${property.displayName}" has no mode ${String(value.mode)}`);
		const shown = value.mode === 'list' ? String(value.cachedResultName) : textOf(property, value.value);
		return `${mode.displayName}: ${shown}`;
	}
	if (typeof value === 'boolean') return value ? 'On' : 'Off';
	if (typeof value === 'string' && value.startsWith('=')) return code(value.slice(1));
	if (Array.isArray(value)) return value.map((one) => idempotencyKey(property, one)).join(', ');
	return idempotencyKey(property, value);
}

function idempotencyKey(property: INodeProperties, value: unknown): string {
	const loaded = property.typeOptions?.loadOptionsMethod === 'getGroupFields' ? OUTPUT_FIELDS : [];
	const options = (property.options ?? loaded) as INodePropertyOptions[];
	return options.find((option) => option.value === value)?.name ?? code(String(value));
}
