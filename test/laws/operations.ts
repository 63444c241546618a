import fc from 'fast-check';
import type { IDataObject, INodeParameters } from 'n8n-workflow';

import { operations as ofAttackForge } from '../../nodes/AttackForgeGroup/operations';
import { operations as ofThreatConnect } from '../../nodes/ThreatConnectGroup/operations';
import {
	AF,
	afFields,
	afOddTypes,
	afPlaces,
	codes,
	groupIds,
	groupPages,
	hexIds,
	type Kinds,
	names,
	type Reference,
	TC,
	tcFields,
	tcMade,
	tcOddTypes,
	tcPlaces,
	xids,
} from './values';
import type { Case, Service } from './worlds';

/** The one table of all operations of both nodes. A new operation is a new row here, and all four laws apply to it. */

export const MODES = ['define', 'autoMap', 'json'] as const;
export type DataMode = (typeof MODES)[number];

/** How an operation names its record. The value of each item is `$json.at.ref`. */
type Locator = {
	parameters: INodeParameters;
	kinds: Kinds<Reference>;
	/** The kind for laws that are not about addresses. */
	usual: string;
	/** The field of the record that holds the value too, in an operation that writes a record. */
	field?(value: unknown): IDataObject;
};

type Row = {
	effect: 'reads one' | 'reads many' | 'writes';
	locators: readonly Locator[];
	/** The parameters besides resource, operation and locator. */
	parameters?: INodeParameters;
	/** Records, by kind, that may change in addition to the named one. */
	touches?(named: string): readonly string[];
	/** The collection of fields, for operations with data modes. */
	fields?: 'additionalFields' | 'updateFields';
	/** Fields that a new record needs. */
	required?: IDataObject;
	/** Fields that this operation does not take. */
	without?: readonly string[];
	/** The effect of a second run of the whole workflow: everything twice, the same records, or not even a write. */
	again: 'twice' | 'same' | 'silent';
	/** The kind of record that each item creates. */
	makes?: string;
	/** A text of the operation in which an expression may give another value each time. */
	text?: string;
	file?: true;
};

const RL = (mode: string, value: unknown = '={{ $json.at.ref }}') => ({ __rl: true, mode, value }) as never;

// --- ThreatConnect ---------------------------------------------------------------------------------------------------

const byXid = (xid: string, id: string, more: INodeParameters = {}): Locator => ({
	parameters: { groupXid: '={{ $json.at.ref }}', groupOwner: RL('name', 'Demo Organization'), ...more },
	kinds: xids(xid, id),
	usual: 'xid',
});
const found = (id: string, xid: string): Locator[] => [
	{ parameters: { findBy: 'id', groupId: RL('id') }, kinds: groupIds(id), usual: 'id' },
	{ parameters: { findBy: 'id', groupId: RL('url') }, kinds: groupPages(id), usual: 'own page' },
	byXid(xid, id, { findBy: 'xid' }),
];
const anIncident = found(TC.acme, 'INC-1');
const aReport = found(TC.report, 'RPT-1');
const NOWHERE: Locator = {
	parameters: {},
	kinds: { new: fc.constant({ value: undefined, names: 'new' }) },
	usual: 'new',
};
const named = (service: Service, parameters: INodeParameters): Locator => ({
	parameters,
	kinds: names(service),
	usual: 'name',
	field: (name) => ({ name }) as IDataObject,
});

const THE_TICKET = { findAttributeBy: 'type', attributeType: RL('name', 'Ticket Number') };
/** An item names an attribute of ACME. Its ID is the second that the service has given, and others are those of another group. */
const anAttribute: Locator = {
	parameters: {
		groupId: RL('id', TC.acme),
		findAttributeBy: 'id',
		attributeId: '={{ $json.at.ref }}',
	},
	kinds: {
		'attribute id': fc.constant<Reference>({ value: '1125899906843001', names: TC.acme }),
		'attribute of another group': fc.constantFrom<Reference>(
			{ value: '1125899906843002' },
			{ value: '1125899906843003' },
		),
		'no id': fc.constantFrom<Reference>(
			{ value: '' },
			{ value: '1,2' },
			{ value: '../groups' },
			{ value: {} },
		),
	},
	usual: 'attribute id',
};

/** An item names a post of ACME. */
const aPost: Locator = {
	parameters: { groupId: RL('id', TC.acme), postId: '={{ $json.at.ref }}' },
	kinds: {
		'post id': fc.constantFrom<Reference>(
			{ value: TC.post, names: TC.acme },
			{ value: ` ${TC.post} `, names: TC.acme },
		),
		'post of another group': fc.constant<Reference>({ value: TC.otherPost }),
		'no id': fc.constantFrom<Reference>(
			{ value: '' },
			{ value: '1,2' },
			{ value: '../posts' },
			{ value: [] },
		),
	},
	usual: 'post id',
};

const threatConnect: Record<string, Row> = {
	'group/create': {
		effect: 'writes',
		locators: [NOWHERE],
		fields: 'additionalFields',
		required: { name: 'New' },
		again: 'twice',
		makes: 'group',
		text: 'description',
	},
	'group/update': {
		effect: 'writes',
		locators: anIncident,
		fields: 'updateFields',
		again: 'same',
		text: 'description',
	},
	'group/upsert': {
		effect: 'writes',
		locators: [byXid('INC-1', TC.acme, { matchBy: 'xid' }), named('threatConnect', { matchBy: 'name' })],
		fields: 'additionalFields',
		required: { name: 'ACME' },
		again: 'silent',
		text: 'description',
	},
	'group/bulkImport': {
		effect: 'writes',
		locators: [
			{
				...byXid('INC-1', TC.acme),
				parameters: {},
				field: (xid) => ({ xid }) as IDataObject,
			},
		],
		fields: 'additionalFields',
		required: { name: 'ACME' },
		without: ['associatedGroups', 'associatedVictimAssets', 'associatedArtifacts', 'associatedCases'],
		again: 'same',
	},
	'group/bulkDelete': {
		effect: 'writes',
		locators: [byXid('INC-1', TC.acme)],
		parameters: { type: 'Incident' },
		again: 'same',
	},
	'group/delete': { effect: 'writes', locators: anIncident, again: 'same' },
	'group/get': { effect: 'reads one', locators: anIncident, again: 'silent' },
	'group/getAll': {
		effect: 'reads many',
		locators: [NOWHERE],
		parameters: { returnAll: true, filters: { typeName: ['Incident'] } },
		again: 'silent',
	},
	'attribute/add': {
		effect: 'writes',
		locators: anIncident,
		parameters: {
			attributeType: RL('name', 'Additional Analysis and Context'),
			value: 'Seen again',
			additionalFields: { source: 'Desk', securityLabels: 'TLP:RED' },
		},
		again: 'silent',
		text: 'value',
	},
	'attribute/update': {
		effect: 'writes',
		locators: [...anIncident, anAttribute],
		parameters: {
			...THE_TICKET,
			updateFields: {
				value: '4711',
				pinned: true,
				securityLabels: { list: { mode: 'append', name: 'TLP:RED' } },
			},
		},
		again: 'silent',
	},
	'attribute/delete': {
		effect: 'writes',
		locators: [...anIncident, anAttribute],
		parameters: THE_TICKET,
		again: 'silent',
	},
	'attribute/getAll': {
		effect: 'reads many',
		locators: anIncident,
		parameters: { returnAll: true },
		again: 'silent',
	},
	'post/add': {
		effect: 'writes',
		locators: anIncident,
		parameters: { text: 'Seen again' },
		touches: () => [],
		again: 'twice',
		makes: 'post',
		text: 'text',
	},
	'post/reply': {
		effect: 'writes',
		locators: [...anIncident, aPost],
		parameters: { postId: TC.post, text: 'Seen too' },
		touches: () => [`post ${TC.post}`],
		again: 'twice',
	},
	'post/delete': {
		effect: 'writes',
		locators: [...anIncident, aPost],
		parameters: { postId: TC.post },
		touches: () => [`post ${TC.post}`],
		again: 'silent',
	},
	'post/getAll': {
		effect: 'reads many',
		locators: anIncident,
		parameters: { returnAll: true },
		again: 'silent',
	},
	'tag/add': {
		effect: 'writes',
		locators: anIncident,
		parameters: { tags: 'Alpha, targeted attack', techniqueIds: 'T1566' },
		again: 'silent',
	},
	'tag/remove': {
		effect: 'writes',
		locators: anIncident,
		parameters: { tags: 'targeted attack, Never there' },
		again: 'silent',
	},
	'securityLabel/add': {
		effect: 'writes',
		locators: anIncident,
		parameters: { securityLabels: 'TLP:RED, TLP:AMBER' },
		again: 'silent',
	},
	'securityLabel/remove': {
		effect: 'writes',
		locators: anIncident,
		parameters: { securityLabels: 'TLP:AMBER, TLP:WHITE' },
		again: 'silent',
	},
	'group/count': {
		effect: 'reads many',
		locators: [NOWHERE],
		parameters: { filters: { typeName: ['Incident'] } },
		again: 'silent',
	},
	'association/getAll': {
		effect: 'reads many',
		locators: anIncident,
		parameters: { objectType: 'indicator', returnAll: true },
		again: 'silent',
	},
	'association/getGroups': {
		effect: 'reads many',
		locators: [NOWHERE],
		parameters: { indicatorBy: 'id', indicatorId: '102', returnAll: true },
		again: 'silent',
	},
	'association/add': {
		effect: 'writes',
		locators: anIncident,
		parameters: { objectType: 'indicator', objectIds: '101, 102' },
		again: 'silent',
	},
	'association/remove': {
		effect: 'writes',
		locators: anIncident,
		parameters: { objectType: 'indicator', objectIds: '101, 102' },
		again: 'silent',
	},
	'file/upload': {
		effect: 'writes',
		locators: aReport,
		parameters: { inputField: 'data', ifFileExists: 'replace', waitUntilProcessed: false },
		touches: (id) => [`file ${id}`],
		again: 'same',
		file: true,
	},
	'file/download': {
		effect: 'reads one',
		locators: aReport,
		parameters: { outputField: 'data' },
		again: 'silent',
	},
	'file/downloadPdf': {
		effect: 'reads one',
		locators: anIncident,
		parameters: { outputField: 'data' },
		again: 'silent',
	},
};

// --- AttackForge -----------------------------------------------------------------------------------------------------

const aGroup: Locator = { parameters: { groupId: RL('id') }, kinds: hexIds(AF.acme), usual: 'id' };
const aUser: Locator = { parameters: { userId: RL('id') }, kinds: hexIds(AF.john), usual: 'id' };
const aMailbox: Locator = {
	parameters: { userId: RL('email') },
	kinds: {
		email: fc.constant({ value: 'john.citizen@attackforge.com', names: AF.john }),
		'no email': fc.constantFrom<Reference>({ value: '' }, { value: 'nobody@attackforge.com' }),
	},
	usual: 'email',
};
const aProject: Locator = {
	parameters: { projectId: '={{ $json.at.ref }}' },
	kinds: hexIds(AF.project),
	usual: 'id',
};
const CONTACT = {
	group_owner: 'New owner',
	primary_contact_name: 'P',
	primary_contact_number: '1',
	primary_contact_email: 'p@example.com',
};
const inGroup = (locators: Locator[], group = AF.acme): Locator[] =>
	locators.map((one) => ({ ...one, parameters: { ...one.parameters, groupId: RL('id', group) } }));
/** The item names a member of ACME, and the operation changes the group. */
const memberOperation = (more: Partial<Row>): Row => ({
	effect: 'writes',
	locators: inGroup([aUser, aMailbox]),
	touches: () => [`group ${AF.acme}`, `project ${AF.project}`],
	again: 'same',
	...more,
});
const linking: Row = {
	effect: 'writes',
	locators: inGroup([aProject], AF.cafe),
	touches: (id) => [`project ${id}`, `group ${AF.cafe}`],
	again: 'same',
};
const ofGroup: Row = {
	effect: 'reads many',
	locators: [aGroup],
	parameters: { returnAll: true },
	again: 'silent',
};

const attackForge: Record<string, Row> = {
	'group/create': {
		effect: 'writes',
		locators: [NOWHERE],
		fields: 'additionalFields',
		required: { name: 'New', ...CONTACT },
		again: 'twice',
		makes: 'group',
		text: 'group_owner',
	},
	'group/update': {
		effect: 'writes',
		locators: [aGroup],
		fields: 'updateFields',
		again: 'same',
		text: 'group_owner',
	},
	'group/upsert': {
		effect: 'writes',
		locators: [
			named('attackForge', { matchBy: 'name' }),
			{
				parameters: { matchBy: 'customField', matchKey: RL('key', 'client_code') },
				kinds: codes,
				usual: 'custom field',
				field: (client_code) => ({ custom_fields: { client_code } }),
			},
			{ parameters: { matchBy: 'id', groupId: RL('id') }, kinds: hexIds(AF.acme), usual: 'id' },
		],
		fields: 'additionalFields',
		required: { name: 'ACME', ...CONTACT },
		again: 'silent',
		text: 'group_owner',
	},
	'group/archive': { effect: 'writes', locators: [aGroup], again: 'same' },
	'group/restore': { effect: 'writes', locators: [aGroup], again: 'same' },
	'group/get': { effect: 'reads one', locators: [aGroup], parameters: { simplify: false }, again: 'silent' },
	'group/getAll': {
		effect: 'reads many',
		locators: [NOWHERE],
		parameters: { scope: 'all', returnAll: true, simplify: true },
		again: 'silent',
	},
	'member/add': memberOperation({
		locators: inGroup([
			{ parameters: { userId: RL('id') }, kinds: hexIds(AF.paul), usual: 'id' },
			{
				...aMailbox,
				kinds: { email: fc.constant({ value: 'paul.citizen@attackforge.com', names: AF.paul }) },
			},
		]),
		parameters: { accessLevel: 'View' },
	}),
	'member/changeAccess': memberOperation({ parameters: { accessLevel: 'Edit' } }),
	'member/remove': memberOperation({}),
	'member/getAll': { ...ofGroup, parameters: { returnAll: true, simplify: true } },
	'member/getGroups': {
		...ofGroup,
		locators: [aUser, aMailbox],
		parameters: { returnAll: true, simplify: true },
	},
	'user/getAll': {
		effect: 'reads many',
		locators: [NOWHERE],
		parameters: { returnAll: true },
		again: 'silent',
	},
	'project/getAll': ofGroup,
	'project/link': linking,
	'project/unlink': {
		...linking,
		locators: [
			{
				...aProject,
				kinds: hexIds(AF.otherProject),
				parameters: { ...aProject.parameters, groupId: RL('id', AF.cafe) },
			},
		],
	},
	'vulnerability/getAll': ofGroup,
	'asset/getAll': ofGroup,
};

/** Rows by service, and then by resource and operation. */
export const ROWS = { threatConnect, attackForge };

// --- cases -----------------------------------------------------------------------------------------------------------

export type Operation = Row & {
	service: Service;
	/** e.g. `threatConnect group/create` */
	name: string;
	modes: ReadonlyArray<DataMode | undefined>;
};

function rowsOf(
	service: Service,
	rows: Record<string, Row>,
	operations: ReadonlyArray<{ resource: string; operation: string }>,
): Operation[] {
	return operations.map(({ resource, operation }) => {
		const key = `${resource}/${operation}`;
		const row = rows[key];
		if (!row) throw new Error(`No row for ${service} ${key} in test/laws/operations.ts`);
		const parameters = { resource, operation, ...row.parameters };
		return {
			...row,
			service,
			name: `${service} ${key}`,
			modes: row.fields ? MODES : [undefined],
			parameters,
		};
	});
}

export const OPERATIONS: readonly Operation[] = [
	...rowsOf('threatConnect', threatConnect, ofThreatConnect),
	...rowsOf('attackForge', attackForge, ofAttackForge),
];

/** The facts about a service's fields that the laws need. */
export const fieldsOf = ({ service }: Operation) =>
	service === 'threatConnect'
		? { fields: tcFields, places: tcPlaces, oddTypes: tcOddTypes, made: tcMade }
		: { fields: afFields, places: afPlaces, oddTypes: afOddTypes, made: {} as Kinds<unknown> };

const isRows = (value: unknown): value is IDataObject[] =>
	Array.isArray(value) && value.length > 0 && value.every((one) => typeof one === 'object' && one !== null);
const isObject = (value: unknown): value is IDataObject =>
	typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;

/** Resource locators of the form that hold a name or a type. */
const LOCATED: Record<string, string> = {
	attributes: 'type',
	associatedIndicators: 'type',
	tags: 'name',
	securityLabels: 'name',
};
/** Inputs of the form that are in sight, of fields that stand elsewhere or that have finer inputs too. */
const TC_IN_SIGHT: Record<string, string> = {
	status: 'status',
	description: 'groupDescription',
	tags: 'tagNames',
	securityLabels: 'securityLabelNames',
	associatedIndicators: 'indicators',
};
const ROW_NAMES: Record<string, string> = {
	tags: 'tag',
	securityLabels: 'securityLabel',
	attributes: 'attribute',
	associatedIndicators: 'indicator',
	associatedGroups: 'group',
	associatedVictimAssets: 'victimAsset',
	associatedArtifacts: 'artifact',
	associatedCases: 'case',
};
const LISTS = [
	...Object.keys(LOCATED),
	'associatedGroups',
	'associatedVictimAssets',
	'associatedArtifacts',
	'associatedCases',
	'access',
];

/** Fields whose rows stand beside the required ones. Another value comes from a box among the additional fields. */
const IN_SIGHT = ['custom_fields'];

/** A field as the form holds it, with an expression in each input. */
function boxesOf(field: string, value: unknown): unknown {
	const from = (path: string) => `={{ $json.record.${field}${path} }}`;
	if (!LISTS.includes(field) && !IN_SIGHT.includes(field)) return from('');
	const rows = (list: IDataObject[], path: string) =>
		list.map((row, index) =>
			Object.fromEntries(
				Object.keys(row).map((cell) => {
					const box = from(`${path}[${index}].${cell}`);
					return [cell, cell === LOCATED[field] ? RL('name', box) : box];
				}),
			),
		);
	if (field === 'custom_fields' && isObject(value)) {
		const entry = Object.keys(value).map((key) => ({
			key: RL('key', key),
			value: RL('value', from(`.${key}`)),
		}));
		return { entry };
	}
	if (field === 'access' && isObject(value) && Object.values(value).every(isRows)) {
		const lists = Object.entries(value as Record<string, IDataObject[]>);
		return {
			list: Object.fromEntries(lists.map(([name, list]) => [name, { entry: rows(list, `.${name}`) }])),
		};
	}
	if (field === 'custom_fields') return from('');
	if (field === 'attributes' && isRows(value)) return { attribute: rows(value, '') };
	if (isRows(value)) return { list: { data: { [ROW_NAMES[field] ?? 'entry']: rows(value, '') } } };
	return { list: { json: from('') } };
}

/** The input in sight that takes a value; `undefined` for a value that only the finer inputs take. */
function inSight(service: Service, field: string, value: unknown): [string, string] | undefined {
	const box = service === 'threatConnect' ? TC_IN_SIGHT[field] : undefined;
	if (box === undefined) return undefined;
	if (field === 'associatedIndicators' && isRows(value))
		return value.every((row) => 'summary' in row && Object.keys(row).length === 2)
			? [box, `={{ $json.record.${field}?.map?.((row) => row.summary) }}`]
			: undefined;
	return isRows(value) ? undefined : [box, `={{ $json.record.${field} }}`];
}

const ON_TOP = [
	'name',
	'group_owner',
	'primary_contact_name',
	'primary_contact_number',
	'primary_contact_email',
];

/** Merges two parts of a record. Custom fields are merged too: one to match by, and others. */
function merged(record: IDataObject, field: IDataObject): IDataObject {
	if (!isObject(record.custom_fields) || !isObject(field.custom_fields)) return { ...record, ...field };
	return { ...record, custom_fields: { ...record.custom_fields, ...field.custom_fields } };
}

export type Said = { reference: Reference; record?: IDataObject };

/** How long to ask for the state of a job that a fault hides. */
const JOB_SECONDS = 5;

/** An operation with what its items say; items that say the same fields share a form. */
export function caseOf(
	operation: Operation,
	mode: DataMode | undefined,
	locator: Locator,
	said: Said[],
	options: INodeParameters = {},
): Case {
	const { fields, required = {}, file } = operation;
	const records = said.map(({ reference, record = {} }) =>
		merged({ ...required, ...record }, locator.field?.(reference.value) ?? {}),
	);
	const parameters: INodeParameters = {
		...operation.parameters,
		...locator.parameters,
		options: { maxConcurrentRequests: 1, ...options },
	};
	if (operation.name === 'threatConnect group/bulkImport')
		// Only so is an import repeatable.
		parameters.options = { attributeWriteType: 'Singleton', timeLimit: JOB_SECONDS, ...options };
	if (operation.name === 'threatConnect group/bulkDelete')
		parameters.options = { timeLimit: JOB_SECONDS, ...options };
	const at = said.map(({ reference }) => ({ ref: reference.value }) as IDataObject);
	const type = operation.service === 'threatConnect' ? { type: 'Incident' } : {};
	if (mode === undefined || fields === undefined) {
		const binary = {
			data: {
				data: Buffer.from('%PDF-2').toString('base64'),
				mimeType: 'application/pdf',
				fileName: 'b.pdf',
			},
		};
		return {
			parameters,
			items: at.map((one) => ({ at: one })),
			...(file && { binary: said.map(() => binary) }),
		};
	}
	parameters.dataMode = mode;
	if (mode === 'autoMap') {
		return {
			parameters: { ...parameters, ...type },
			items: records.map((record, index) => ({ ...record, at: at[index] })),
		};
	}
	const items = records.map((record, index) => ({
		record: mode === 'json' ? { ...type, ...record } : record,
		at: at[index],
	}));
	if (mode === 'json') {
		const isUpdate = fields === 'updateFields';
		const body = items.map(({ record }) => (isUpdate ? withoutType(record) : record));
		return {
			parameters: { ...parameters, jsonBody: '={{ $json.record }}' },
			items: items.map((item, index) => ({ ...item, record: body[index] })),
		};
	}
	const form: INodeParameters = { ...parameters, ...type };
	const more: Record<string, unknown> = {};
	for (const record of records)
		for (const [field, value] of Object.entries(record)) {
			const box = inSight(operation.service, field, value);
			if (box) form[box[0]] = box[1];
			else if (fields === 'additionalFields' && ON_TOP.includes(field))
				form[field] = `={{ $json.record.${field} }}`;
			else if (field === 'attributes' ? isRows(value) : IN_SIGHT.includes(field) && isObject(value))
				form[field] = boxesOf(field, value) as never;
			else more[field] = boxesOf(field, value);
		}
	form[fields] = more as INodeParameters;
	return { parameters: form, items };
}

function withoutType({ type: _type, ...record }: IDataObject): IDataObject {
	return record;
}
