import { ARTIFACT_TYPES } from './seeds';
import {
	ASSOCIATIONS,
	CASE_RESOLUTIONS,
	CASE_SEVERITIES,
	CASE_STATUSES,
	GENERIC_VALUES,
	GROUP_TYPES,
	INDICATOR_DATES,
	INDICATOR_FLAGS,
	INDICATOR_TYPES,
	LIMITED_LISTS,
	MAX_LIST_ENTRIES,
	MODES,
	NOT_UPDATABLE_FIELDS,
	READ_ONLY_FIELDS,
	SCALAR_FIELDS,
	VICTIM_ASSET_TYPES,
	type ScalarField,
} from './fields';

type Schema = Record<string, unknown> | boolean;
type Properties = Record<string, Schema>;

const JSON_TYPES = { string: 'string', date: 'string', boolean: 'boolean', long: 'string' } as const;

const text = (max?: number, min = 1): Schema => ({
	type: 'string',
	minLength: min,
	...(max !== undefined && { maxLength: max }),
});
/** A Long. Before validation each number or text of digits becomes a string of digits (see `identifiers.ts`). */
const ID: Schema = { type: 'string', pattern: '^[0-9]{1,19}$' };
const BOOLEAN: Schema = { type: 'boolean' };
const oneOf = (values: readonly string[]): Schema => ({ type: 'string', enum: values });

const object = (properties: Properties, more: Record<string, unknown> = {}): Schema => ({
	type: 'object',
	additionalProperties: false,
	properties,
	...more,
});

/** `{"data": [...], "mode"?}` */
function list(items: Schema, options: { maxItems?: number; mode?: boolean } = {}): Schema {
	const { maxItems, mode = true } = options;
	return object(
		{
			data: { type: 'array', items, ...(maxItems !== undefined && { maxItems }) },
			...(mode && { mode: oneOf(MODES) }),
		},
		{ required: ['data'] },
	);
}

function scalar(field: ScalarField, max: number | undefined, nullable: boolean): Schema {
	if (field.kind === 'long') return ID;
	return {
		type: nullable ? [JSON_TYPES[field.kind], 'null'] : JSON_TYPES[field.kind],
		...(field.kind === 'string' && field.min !== undefined && { minLength: field.min }),
		...(field.kind === 'string' && max !== undefined && { maxLength: max }),
	};
}

/** @param nullable whether `null` clears an optional field, as in an update */
function scalars(nameLimit: number, nullable: boolean): Properties {
	return Object.fromEntries(
		Object.entries(SCALAR_FIELDS).map(([name, field]) => {
			if (name === 'name') return [name, scalar(field, nameLimit, false)];
			if (name === 'type') return [name, oneOf(GROUP_TYPES)];
			// docs: event_status, "null" on a new Event is the same as no status.
			return [name, scalar(field, field.max, nullable || name === 'status')];
		}),
	);
}

const TAG = object({ id: ID, name: text(128), techniqueId: text(), description: text(4000, 0) });

const SECURITY_LABEL = object({ id: ID, name: text(50), color: text(10), description: text(400) });

const ATTRIBUTE_FIELDS: Properties = {
	type: text(),
	value: text(),
	source: text(undefined, 0),
	default: BOOLEAN,
	pinned: BOOLEAN,
	securityLabels: list(SECURITY_LABEL),
};

const READ_ONLY_ATTRIBUTE_FIELDS = ['id', 'dateAdded', 'lastModified', 'createdBy'];

const ATTRIBUTE = object({ ...ATTRIBUTE_FIELDS, id: ID });

const ARTIFACT = object({
	id: ID,
	summary: text(500),
	type: oneOf(Object.keys(ARTIFACT_TYPES)),
	caseId: ID,
	caseXid: text(),
	taskId: ID,
	taskXid: text(),
	fileData: text(),
	source: text(100),
	fieldName: text(100),
	derivedLink: BOOLEAN,
	hashCode: text(),
	notes: true,
	associatedIndicators: { type: 'object' },
});

const CASE = object({
	id: ID,
	name: text(255),
	severity: oneOf(CASE_SEVERITIES),
	status: oneOf(CASE_STATUSES),
	description: text(1500),
	resolution: oneOf(CASE_RESOLUTIONS),
	xid: { type: 'string', minLength: 10, maxLength: 100 },
	tags: list(TAG, { maxItems: MAX_LIST_ENTRIES }),
	// docs: cases/fields. The simulator stores the sent values of these.
	assignee: object(
		{ type: oneOf(['User', 'Group', 'None']), data: { type: 'object' } },
		{ required: ['type'] },
	),
	attributes: list(ATTRIBUTE),
	artifacts: { type: 'object' },
	notes: { type: 'object' },
	tasks: { type: 'object' },
	workflowTemplate: { type: 'object' },
	...Object.fromEntries(
		['caseCloseTime', 'caseDetectionTime', 'caseOccurrenceTime', 'caseOpenTime'].map((name) => [
			name,
			text(),
		]),
	),
});

const properties = (names: Iterable<string>, schema: Schema): Properties =>
	Object.fromEntries([...names].map((name) => [name, schema]));

const INDICATOR = object({
	...properties(new Set([...Object.values(INDICATOR_TYPES).flat(), ...GENERIC_VALUES]), text()),
	id: ID,
	type: oneOf(Object.keys(INDICATOR_TYPES)),
	ownerName: text(),
	ownerId: ID,
	size: { type: 'integer', minimum: 0 },
	rating: { type: 'number', minimum: 0, maximum: 5 },
	confidence: { type: 'integer', minimum: 0, maximum: 100 },
	...properties(INDICATOR_FLAGS, BOOLEAN),
	...properties(INDICATOR_DATES, text()),
	tags: list(TAG),
	attributes: list(ATTRIBUTE),
	securityLabels: list(SECURITY_LABEL),
});

const VICTIM_ASSET = object({
	...properties(
		Object.values(VICTIM_ASSET_TYPES).flatMap(({ required, optional }) => [...required, ...optional]),
		text(255),
	),
	id: ID,
	type: oneOf(Object.keys(VICTIM_ASSET_TYPES)),
	victimId: ID,
});

const ASSOCIATED: Record<(typeof ASSOCIATIONS)[number], Schema> = {
	associatedArtifacts: ARTIFACT,
	associatedCases: CASE,
	associatedGroups: { $ref: 'groupEntry#' },
	associatedIndicators: INDICATOR,
	associatedVictimAssets: VICTIM_ASSET,
};

const ASSIGNMENT = object(
	{ type: oneOf(['Assigned', 'Escalate']), user: object({ id: ID }, { required: ['id'] }) },
	{ required: ['type', 'user'] },
);

const REVIEW = object({
	id: ID,
	rating: { type: 'integer', minimum: 1, maximum: 5 },
	reviewHelpful: BOOLEAN,
	comments: text(500, 0),
});

function lists(): Properties {
	const entries = { tags: TAG, attributes: ATTRIBUTE, securityLabels: SECURITY_LABEL, ...ASSOCIATED };
	const limited: readonly string[] = LIMITED_LISTS;
	return {
		...Object.fromEntries(
			Object.entries(entries).map(([name, entry]) => [
				name,
				list(entry, limited.includes(name) ? { maxItems: MAX_LIST_ENTRIES } : {}),
			]),
		),
		// docs: update_metadata names no mode for assignments. The vendor's client sends one (task_assignee_model.py).
		assignments: list(ASSIGNMENT),
		reviews: list(REVIEW, { maxItems: 1 }),
	};
}

/** The shared schemas of a server, for bodies and their parts. */
export function groupSchemas(nameLimit: number): Array<Record<string, unknown>> {
	const create = { ...scalars(nameLimit, false), ...lists() };
	const schema = ($id: string, fields: Properties, more: Record<string, unknown> = {}) => ({
		$id,
		...(object(fields, more) as Record<string, unknown>),
	});
	return [
		// An entry of `associatedGroups`: an existing group by its ID, or a new one.
		schema('groupEntry', { ...create, ...properties(READ_ONLY_FIELDS, false), id: ID }),
		schema(
			'groupCreate',
			{ ...create, ...properties(READ_ONLY_FIELDS, false) },
			{ required: ['name', 'type'] },
		),
		schema(
			'groupUpdate',
			{
				...scalars(nameLimit, true),
				...lists(),
				...properties([...READ_ONLY_FIELDS, ...NOT_UPDATABLE_FIELDS], false),
			},
			{ minProperties: 1 },
		),
		schema(
			'groupAttributeCreate',
			{ ...ATTRIBUTE_FIELDS, ...properties(READ_ONLY_ATTRIBUTE_FIELDS, false), groupId: ID },
			{ required: ['groupId', 'type', 'value'] },
		),
		schema(
			'groupAttributeUpdate',
			{ ...ATTRIBUTE_FIELDS, ...properties([...READ_ONLY_ATTRIBUTE_FIELDS, 'groupId', 'type'], false) },
			{ minProperties: 1 },
		),
	];
}

const strings = (names: readonly string[]) => properties(names, text());

const BATCH_LABELS: Schema = {
	type: 'array',
	items: object(strings(['name', 'color', 'description']), { required: ['name'] }),
};
const BATCH_TAGS: Schema = { type: 'array', items: object({ name: text(128) }, { required: ['name'] }) };
const BATCH_ATTRIBUTES: Schema = {
	type: 'array',
	items: object(
		{
			...strings(['type', 'value']),
			source: text(undefined, 0),
			displayed: BOOLEAN,
			pinned: BOOLEAN,
			securityLabel: BATCH_LABELS,
		},
		{ required: ['type', 'value'] },
	),
};

/** docs: v2_batch_api, "Group Fields": other names than in v3, and more of them required. */
export function batchGroupSchema(nameLimit: number): Record<string, unknown> {
	const { ownerId: _ownerId, ownerName: _ownerName, ...fields } = scalars(nameLimit, false);
	return object(
		{
			...fields,
			...strings(['to', 'insights', 'aiProvider', 'aiLastRetrievalDate']),
			attribute: BATCH_ATTRIBUTES,
			tag: BATCH_TAGS,
			securityLabel: BATCH_LABELS,
			associatedGroupXid: { type: 'array', items: text() },
			associatedIndicators: {
				type: 'array',
				items: object(
					{ summary: text(), indicatorType: oneOf(Object.keys(INDICATOR_TYPES)) },
					{ required: ['summary', 'indicatorType'] },
				),
			},
		},
		{ required: ['name', 'type', 'xid'] },
	) as Record<string, unknown>;
}

/** docs: v2_batch_api, "Indicator Fields". */
export const BATCH_INDICATOR_SCHEMA = object(
	{
		...strings([...INDICATOR_DATES, 'xid', 'description']),
		// "Required ... if summary is not used": the value fields of each type.
		...strings([...new Set(Object.values(INDICATOR_TYPES).flat())]),
		summary: text(),
		type: oneOf(Object.keys(INDICATOR_TYPES)),
		rating: { type: 'number', minimum: 0, maximum: 5 },
		confidence: { type: 'integer', minimum: 0, maximum: 100 },
		...properties(['active', 'activeLocked', 'privateFlag'], BOOLEAN),
		fileOccurrence: { type: 'object' },
		size: { type: 'integer', minimum: 0 },
		attribute: BATCH_ATTRIBUTES,
		tag: BATCH_TAGS,
		securityLabel: BATCH_LABELS,
		associatedGroups: {
			type: 'array',
			items: object({ groupXid: text() }, { required: ['groupXid'] }),
		},
	},
	{ required: ['type'] },
) as Record<string, unknown>;

/**
 * docs: v2_batch_api, `association`: each end by a reference of the file (XID or summary) or by an ID. Its type is
 * "required for Indicators and optional for Groups".
 */
export const BATCH_ASSOCIATION_SCHEMA = object({
	associationType: text(),
	...properties(['ref_1', 'ref_2'], text()),
	...properties(['id_1', 'id_2'], { type: 'string', pattern: '^[0-9]{1,19}$' }),
	...properties(['type_1', 'type_2'], oneOf([...GROUP_TYPES, ...Object.keys(INDICATOR_TYPES)])),
}) as Record<string, unknown>;
