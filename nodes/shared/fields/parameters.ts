import type { DisplayCondition, IDisplayOptions, INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { Field, FieldInSight, FormOperation, Table } from './field';

export const collectionName = (operation: FormOperation) =>
	operation === 'update' ? 'updateFields' : 'additionalFields';

/** The data modes, and the names that n8n's own nodes give them, because workflows built by AI use those names. */
export const MODE_NAMES = {
	define: ['define', 'defineBelow'],
	autoMap: ['autoMap', 'autoMapInputData'],
	json: ['json'],
};

/** Where a form shows a field. In create-or-update, create decides: what a new record needs is required. */
export const formPlace = (field: Field, operation: FormOperation): Field['create'] => {
	if (operation !== 'upsert') return field[operation];
	return field.create === 'no' ? field.update : field.create;
};

/** The parameters of one field as n8n lists them inside a collection or a row of one. */
export function fieldProperty(field: Field, operation: FormOperation, type?: string): INodeProperties {
	const control = field.kind.control(operation, type);
	return {
		displayName: field.displayName,
		name: field.name,
		...control,
		...(field.placeholder && { placeholder: field.placeholder }),
		description: control.description ?? field.description,
	};
}

/**
 * All parameters that fill a record: the data mode, the required fields, the rest in a collection, and the JSON body.
 *
 * @param refused names of fields that the operation refuses, so that its notice does not say that they are sent
 */
export function recordParameters(
	table: Table,
	operation: FormOperation,
	refused: readonly string[] = [],
): INodeProperties[] {
	const inModes = (...modes: Array<keyof typeof MODE_NAMES>): IDisplayOptions => ({
		show: { dataMode: modes.flatMap((mode) => MODE_NAMES[mode]) },
	});
	const offered = table.fields.filter((field) => formPlace(field, operation) !== 'no');
	const placed = (context: Field['create']) =>
		offered.filter((field) => formPlace(field, operation) === context);
	return [
		dataMode(table.noun),
		...(table.types ? [typeParameter(table, operation, inModes('define', 'autoMap'))] : []),
		...placed('required').flatMap((field) => requiredParameters(field, table, operation, inModes('define'))),
		...(table.inSight ?? []).flatMap((one) =>
			inSightParameters(one, placed('optional'), table, operation, inModes('define')),
		),
		{
			displayName: operation === 'update' ? 'Update Fields' : 'Additional Fields',
			name: collectionName(operation),
			type: 'collection',
			placeholder: 'Add Field',
			default: {},
			displayOptions: inModes('define'),
			description: `Blank inputs change nothing${operation === 'create' ? '' : '; to clear a field use Options > Clear Fields'}`,
			options: placed('optional')
				.flatMap((field) => {
					const moved = movedInSight(field, table);
					return moved
						? finerParameters(moved, operation)
						: optionalParameters(field, offered, table, operation);
				})
				.sort((a, b) => a.displayName.localeCompare(b.displayName)),
		},
		...autoMapNotices(
			offered.filter(({ name }) => !refused.includes(name)),
			table,
			inModes('autoMap'),
		),
		jsonBody(table.noun, inModes('json')),
	];
}

/** The option that clears fields, for operations that update. */
export const clearFieldsOption = (table: Table, example: string): INodeProperties => ({
	displayName: 'Clear Fields',
	name: 'clearFields',
	type: 'string',
	default: '',
	placeholder: `e.g. ${example}`,
	description: `API names of fields to empty in the ${table.noun.toLowerCase()}, comma-separated. It is the only way: a blank value anywhere else leaves the field as it is.`,
});

const dataMode = (noun: string): INodeProperties => ({
	displayName: 'Fields',
	name: 'dataMode',
	type: 'options',
	noDataExpression: true,
	options: [
		{
			name: 'Auto-Map Input Data',
			value: 'autoMap',
			description: `Send each item's own keys that are named like fields of a ${noun.toLowerCase()}`,
		},
		{
			name: 'Define Below',
			value: 'define',
			description: 'Set each field here, with fixed values or expressions',
		},
		{
			name: 'JSON',
			value: 'json',
			description: 'Write the body of the request yourself',
		},
	],
	default: 'define',
	description: 'How the fields are filled. A blank value never changes or clears anything: it is left out.',
});

/**
 * Matches every other type, an expression, and `undefined`, which n8n's editor makes of an expression while there is no
 * data.
 */
const otherThan = (type: string): DisplayCondition[] => [{ _cnd: { not: type } }];

const typesOf = ({ types = [] }: Table) => types.map((type) => String(type.value));

/** Whether only some of the table's types have the field. */
const isTyped = (field: Field, table: Table): boolean =>
	table.types !== undefined && field.types !== undefined;

function requiredParameters(
	field: Field,
	table: Table,
	operation: FormOperation,
	displayOptions: IDisplayOptions,
): INodeProperties[] {
	if (table.types && field.name === 'type') return [];
	const property = fieldProperty(field, operation);
	if (!isTyped(field, table)) return [{ ...property, required: true, displayOptions }];
	// Several parameters have the same name, because n8n shows a parameter whenever its condition is an expression. One
	// parameter would then be required for every type.
	return [
		...(field.types ?? []).map((type) => ({
			...property,
			required: true,
			displayOptions: { ...displayOptions, hide: { type: otherThan(type) } },
		})),
		{
			...property,
			...unset(property),
			displayOptions: { ...displayOptions, hide: { type: typesOf(table) } },
			description: `${property.description}. Needed when the type is ${field.types?.join(' or ')}.`,
		},
	];
}

function optionalParameters(
	field: Field,
	offered: readonly Field[],
	table: Table,
	operation: FormOperation,
): INodeProperties[] {
	const own = (hide?: Array<string | DisplayCondition>, type?: string): INodeProperties => ({
		...fieldProperty(field, operation, type),
		...(hide && { displayOptions: { hide: { '/type': hide } } }),
	});
	const alike = offered.filter(({ name }) => name === field.name);
	if (alike.length === 1) return shownByType(field, table, own);
	// Types have different fields of this name. While the type is not known, one of them is enough: a required one, or the last.
	const ofTypes = (field.types ?? []).map((type) => own(otherThan(type), type));
	const isAnyRequired = alike.some((one) => formPlace(one, operation) === 'required');
	return !isAnyRequired && field === alike.at(-1) ? [...ofTypes, own(typesOf(table))] : ofTypes;
}

/** One parameter, or one for each type and one for any other value of Type, because n8n has no condition "or". */
function shownByType(
	field: Field,
	table: Table,
	own: (hide?: Array<string | DisplayCondition>, type?: string) => INodeProperties,
): INodeProperties[] {
	if (!isTyped(field, table)) return [own()];
	const types = typesOf(table);
	if (!field.perType) return [own(types.filter((type) => !field.types?.includes(type)))];
	return [...(field.types ?? []).map((type) => own(otherThan(type), type)), own(types)];
}

/** Where the form shows the field's own inputs without Add Field. */
const movedInSight = ({ name }: Field, { inSight = [] }: Table): FieldInSight | undefined =>
	inSight.find(({ field, plain }) => field === name && plain === undefined);

/** The parameters of a field that the form shows without Add Field. Those of other types are hidden. */
function inSightParameters(
	{ field: name, parameter, plain }: FieldInSight,
	optional: readonly Field[],
	table: Table,
	operation: FormOperation,
	displayOptions: IDisplayOptions,
): INodeProperties[] {
	const field = optional.find((one) => one.name === name);
	if (!field) return [];
	if (plain) {
		const { rows, ...texts } = plain;
		return [
			{
				...texts,
				name: parameter,
				type: 'string',
				...(rows && { typeOptions: { rows } }),
				default: '',
				displayOptions,
			},
		];
	}
	return shownByType(field, table, (hide, type) => {
		const property = { ...fieldProperty(field, operation, type), name: parameter };
		return {
			...property,
			...unset(property),
			displayOptions: { ...displayOptions, ...(hide && { hide: { type: hide } }) },
		};
	});
}

/**
 * What Auto-Map sends: a notice for each type with fields of its own, and one for all other types. Where the type is an
 * expression, or any, a second one names the fields that only some types have.
 */
function autoMapNotices(
	offered: readonly Field[],
	table: Table,
	displayOptions: IDisplayOptions,
): INodeProperties[] {
	const notice = (displayName: string, hide?: Array<string | DisplayCondition>): INodeProperties => ({
		displayName,
		name: 'autoMapNotice',
		type: 'notice',
		default: '',
		displayOptions: { ...displayOptions, ...(hide && { hide: { type: hide } }) },
	});
	const sent = (fields: readonly Field[]) =>
		`Keys of each item that are named like a field are sent: ${codeNames(fields)}. Upper and lower case, spaces, hyphens and underscores do not count, and the label that a field has in the form will do. Blank values and other keys are left out.`;
	const special = offered.filter((field) => isTyped(field, table));
	if (special.length === 0) return [notice(sent(offered))];
	const types = [...new Set(special.flatMap((field) => field.types ?? []))];
	const fieldsOf = (type?: string) =>
		offered.filter((field) => !special.includes(field) || field.types?.includes(type ?? ''));
	return [
		...types.map((type) => notice(sent(fieldsOf(type)), otherThan(type))),
		notice(sent(fieldsOf()), types),
		notice(`Also sent, if the item's type has them: ${codeNames(special)}`, typesOf(table)),
	];
}

const codeNames = (fields: readonly Field[]): string =>
	[
		...new Set(fields.map(({ name, exactKey }) => `<code>${name}</code>${exactKey ? ' (exactly so)' : ''}`)),
	].join(', ');

const finerParameters = ({ field, finer }: FieldInSight, operation: FormOperation): INodeProperties[] =>
	finer ? [{ ...finer(operation), name: field }] : [];

const BODY =
	"The body of the request, with the API's own field names. Fields that the node knows are checked, and left out where they are blank. Others are sent as they are.";

const jsonBody = (noun: string, displayOptions: IDisplayOptions): INodeProperties => ({
	displayName: `${noun} (JSON)`,
	name: 'jsonBody',
	type: 'json',
	typeOptions: { rows: 8 },
	default: '{}',
	required: true,
	displayOptions,
	description: BODY,
});

/** The default of a parameter that may stay empty. A drop-down needs an entry for it. */
function unset({ type, options }: INodeProperties): Partial<INodeProperties> {
	if (type !== 'options') return {};
	return {
		default: '',
		options: [{ name: '(Not Set)', value: '' }, ...((options ?? []) as INodePropertyOptions[])],
	};
}

function typeParameter(
	{ noun, types = [], defaultType = '' }: Table,
	operation: FormOperation,
	displayOptions: IDisplayOptions,
): INodeProperties {
	if (operation !== 'update') {
		return {
			displayName: 'Type',
			name: 'type',
			type: 'options',
			options: [...types],
			default: defaultType,
			required: true,
			displayOptions,
			description: `Type of the ${noun.toLowerCase()}. In Auto-Map mode, an item's own "type" comes first.`,
		};
	}
	return {
		displayName: 'Type',
		name: 'type',
		type: 'options',
		options: [
			{ name: '(Any Type)', value: '', description: 'Offer the fields of all types; the service judges' },
			...types,
		],
		default: '',
		displayOptions,
		description: `Type that the ${noun.toLowerCase()} has. It decides which fields are offered and checked; it is not sent and cannot be changed.`,
	};
}
