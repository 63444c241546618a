import { ARTIFACT_TYPES } from './seeds';
import {
	ASSOCIATIONS,
	CASE_SEVERITIES,
	CASE_STATUSES,
	GROUP_TYPES,
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
/** A Long. Before validation each one, number or digits, has become a string of digits (see `identifiers.ts`). */
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

/** `nullable`: on an update `null` clears an optional field. */
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

const ATTRIBUTE = object({
	id: ID,
	type: text(),
	value: text(),
	source: text(undefined, 0),
	default: BOOLEAN,
	pinned: BOOLEAN,
	securityLabels: list(SECURITY_LABEL),
});

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
	notes: text(),
});

const CASE = object({
	id: ID,
	name: text(255),
	severity: oneOf(CASE_SEVERITIES),
	status: oneOf(CASE_STATUSES),
	description: text(1500),
	resolution: text(),
	xid: { type: 'string', minLength: 10, maxLength: 100 },
	tags: list(TAG, { maxItems: MAX_LIST_ENTRIES }),
});

const properties = (names: Iterable<string>, schema: Schema): Properties =>
	Object.fromEntries([...names].map((name) => [name, schema]));

const INDICATOR = object({
	...properties(new Set(Object.values(INDICATOR_TYPES).flat()), text()),
	id: ID,
	type: oneOf(Object.keys(INDICATOR_TYPES)),
	ownerName: text(),
	ownerId: ID,
	size: { type: 'integer', minimum: 0 },
	rating: { type: 'number', minimum: 0, maximum: 5 },
	confidence: { type: 'integer', minimum: 0, maximum: 100 },
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
		// docs: update_metadata names no mode for assignments.
		assignments: list(ASSIGNMENT, { mode: false }),
		reviews: list(REVIEW, { maxItems: 1 }),
	};
}

/** The shared schemas of a server: what may be in a body and in each of its parts. */
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
	];
}
