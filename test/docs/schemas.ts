import { startAttackForge } from '../simulators/attackforge';
import { startThreatConnect } from '../simulators/threatconnect';
import { BinaryStore } from '../engine/binary';
import { poll, run, type RunOptions } from '../engine/harness';

/**
 * Output schemas, which n8n uses to show the fields of an output before the first run. They are made from each
 * operation's output for records that have every field.
 */

export type Schema = { type: string; properties?: Record<string, Schema>; items?: Schema };

/** The schema of a value. The entries of a list share one schema. */
export function schemaOf(value: unknown): Schema {
	if (value === null || value === undefined) return { type: 'null' };
	if (Array.isArray(value)) {
		return value.length > 0 ? { type: 'array', items: merged(value.map(schemaOf)) } : { type: 'array' };
	}
	if (typeof value !== 'object') return { type: typeof value };
	const properties = Object.entries(value).map(([name, one]): [string, Schema] => [name, schemaOf(one)]);
	return { type: 'object', properties: Object.fromEntries(properties) };
}

function merged(schemas: Schema[]): Schema {
	return schemas.reduce((a, b) => {
		if (a.type !== b.type) return a.type === 'null' ? b : a;
		const names = new Set([...Object.keys(a.properties ?? {}), ...Object.keys(b.properties ?? {})]);
		const of = (name: string) =>
			merged([a.properties?.[name], b.properties?.[name]].filter((one) => one !== undefined));
		return {
			type: a.type,
			...(a.properties && {
				properties: Object.fromEntries([...names].map((name) => [name, of(name)])),
			}),
			...((a.items ?? b.items) && {
				items: merged([a.items, b.items].filter((one) => one !== undefined)),
			}),
		};
	});
}

type Files = Record<string, unknown>;
type Answer = (
	operation: string,
	parameters: RunOptions['parameters'],
	more?: Partial<RunOptions>,
) => Promise<void>;

export type ServiceNode = 'threatConnectGroup' | 'attackForgeGroup';

/** Is called for each operation, one after the other, and has to run it: later ones use what it has made. */
type Visit = (options: Omit<RunOptions, 'type'> & { type: ServiceNode }) => Promise<void>;

const visiting =
	(type: ServiceNode, credentials: RunOptions['credentials'], visit: Visit) =>
	(resource: string): Answer =>
	async (operation, parameters, more = {}) =>
		await visit({ parameters: { resource, operation, ...parameters }, credentials, ...more, type });

/** Is called for each trigger, with some choices of events that show all its outputs together. */
type VisitTrigger = (
	type: string,
	credentials: RunOptions['credentials'],
	choices: Array<RunOptions['parameters']>,
) => Promise<void>;

async function ofThreatConnect(visit: Visit, visitTrigger: VisitTrigger): Promise<void> {
	const store = await BinaryStore.use('default');
	const server = await startThreatConnect();
	try {
		const credentials = {
			threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken },
		};
		const answers = visiting('threatConnectGroup', credentials, visit);
		const group = answers('group');
		const { id } = server.seedGroup({
			type: 'Incident',
			name: 'Phishing',
			xid: 'crm:1',
			fields: { status: 'New', eventDate: '2026-01-01T00:00:00Z' },
		});
		const fields = { fields: ['tags', 'attributes', 'securityLabels', 'associatedIndicators'] };
		const lists = {
			tags: { list: { name: 'Phishing' } },
			securityLabels: { list: { name: 'TLP:AMBER' } },
			associatedIndicators: { list: { data: { indicator: [{ type: 'Host', summary: 'a.example' }] } } },
		};
		const incident = { type: 'Incident', name: 'New' };
		await group('create', {
			...incident,
			groupDescription: 'x',
			additionalFields: { ...lists },
			options: fields,
		});
		await group('update', {
			groupId: id,
			groupDescription: 'x',
			updateFields: { ...lists },
			options: fields,
		});
		await group('upsert', {
			...incident,
			matchBy: 'xid',
			groupXid: 'crm:2',
			additionalFields: lists,
			options: fields,
		});
		await group('get', { groupId: id, options: fields });
		await group('getAll', { limit: 1 });
		await group('count', {});
		const association = answers('association');
		const ofIncident = { groupId: id, objectType: 'indicator' };
		await association('getAll', ofIncident);
		await association('getGroups', { indicatorBy: 'value', indicatorType: 'Host', summary: 'a.example' });
		await association('add', {
			...ofIncident,
			objectIds: '101, 102',
			indicators: { entry: [{ type: 'Host', summary: 'a.example' }] },
		});
		await association('remove', { ...ofIncident, objectIds: '101, 103' });
		const post = answers('post');
		await post('add', { groupId: id, text: 'Seen' });
		const postId = server.posts()[0]?.id;
		await post('reply', { groupId: id, postId, text: 'Seen too' });
		await post('getAll', { groupId: id });
		await post('delete', { groupId: id, postId });
		const attribute = answers('attribute');
		const named = {
			findAttributeBy: 'type',
			attributeType: { __rl: true, mode: 'name', value: 'Ticket Number' },
		};
		const more = { source: 'Desk', securityLabels: 'TLP:RED' };
		await attribute('add', { groupId: id, ...named, value: 'T-1', additionalFields: more });
		const changes = { value: 'T-2', securityLabels: { list: { name: 'TLP:AMBER' } } };
		await attribute('update', { groupId: id, ...named, updateFields: changes });
		await attribute('getAll', { groupId: id, options: { includeLabels: true } });
		await attribute('delete', { groupId: id, ...named });
		const tag = answers('tag');
		await tag('add', { groupId: id, tags: 'Contained, Phishing' });
		await tag('remove', { groupId: id, tags: 'Contained, Robbery' });
		const label = answers('securityLabel');
		await label('add', { groupId: id, securityLabels: 'TLP:RED, TLP:AMBER' });
		await label('remove', { groupId: id, securityLabels: 'TLP:RED, TLP:WHITE' });
		await group('bulkImport', {
			...incident,
			additionalFields: { xid: 'crm:3', ownerName: 'Demo Organization' },
		});
		await visitTrigger('threatConnectGroupTrigger', credentials, [{}]);
		await group('bulkDelete', { type: 'Incident', groupXid: 'crm:3' });
		await group('delete', { groupId: id });
		const file = answers('file');
		const report = server.seedGroup({
			type: 'Report',
			name: 'R',
			xid: 'r:1',
			fields: { fileName: 'r.pdf', status: 'Awaiting Upload' },
		});
		const binary = { data: await store.put(Buffer.from('%PDF'), 'r.pdf', 'application/pdf') };
		await file('upload', { groupId: report.id }, { binary: [binary] });
		await file('download', { groupId: report.id });
		await file('downloadPdf', { groupId: report.id });
	} finally {
		await server.stop();
		await store.remove();
	}
}

async function ofAttackForge(visit: Visit, visitTrigger: VisitTrigger): Promise<void> {
	const server = await startAttackForge();
	try {
		const credentials = {
			attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey },
		};
		const answers = visiting('attackForgeGroup', credentials, visit);
		const group = answers('group');
		const user = server.seedUser();
		const customer = {
			group_owner: 'John Citizen',
			primary_contact_name: 'Paul Citizen',
			primary_contact_number: '(555) 555-5555',
			primary_contact_email: 'paul.citizen@example.com',
			custom_fields: [{ key: 'client_code', value: 'C1' }],
		};
		const { id } = server.seedGroup({ name: 'ACME', ...customer });
		await answers('member')('add', { groupId: id, userId: user.id });
		const project = server.seedProject({ groups: [id] });
		const other = server.seedGroup({ name: 'Other', ...customer });
		const fromInput = { dataMode: 'autoMap' };
		await group('create', fromInput, { items: [{ name: 'New', ...customer }] });
		await group('upsert', { ...fromInput, matchBy: 'name' }, { items: [{ name: 'Newer', ...customer }] });
		await group('update', { groupId: id, updateFields: { name: 'ACME Corp.' } });
		await group('get', { groupId: id });
		await group('getAll', {});
		await group('archive', { groupId: other.id });
		await group('restore', { groupId: other.id });
		const member = answers('member');
		await member('changeAccess', { groupId: id, userId: user.id, accessLevel: 'Edit' });
		await member('getAll', { groupId: id });
		await member('getGroups', { userId: user.id });
		await answers('user')('getAll', { filters: { email: user.email_address } });
		const ofProject = answers('project');
		await ofProject('getAll', { groupId: id });
		await ofProject('link', { projectId: project.id, groupId: other.id });
		await ofProject('unlink', { projectId: project.id, groupId: other.id });
		server.seedVulnerabilities(id, 1);
		server.seedAssets(id, 1);
		await answers('vulnerability')('getAll', { groupId: id });
		const ofVulnerabilities = { events: ['vulnerabilityCreated'], vulnerabilityGroups: [id] };
		const choices = [{ events: ['changed'] }, ofVulnerabilities];
		await visitTrigger('attackForgeGroupTrigger', credentials, choices);
		await answers('asset')('getAll', { groupId: id });
		await member('remove', { groupId: id, userId: user.id });
	} finally {
		await server.stop();
	}
}

/** Runs all operations of both nodes, and both triggers if they are visited, against records that have everything. */
export async function everyOperation(
	visit: Visit,
	visitTrigger: VisitTrigger = async () => {},
): Promise<void> {
	await ofThreatConnect(visit, visitTrigger);
	await ofAttackForge(visit, visitTrigger);
}

const folderOf = (type: string) => type.replace(/^./, (first) => first.toUpperCase()).replace(/Trigger$/, '');

/** @returns the schema of each operation, by the path of its file */
export async function outputSchemas(): Promise<Files> {
	const files: Files = {};
	const add = (type: string, path: string, shown: object[]) => {
		const schema = merged(shown.map(schemaOf));
		files[`nodes/${folderOf(type)}/__schema__/v1.0.0/${path}.json`] = { ...schema, version: 1 };
	};
	const ofOperation: Visit = async (options) => {
		const { type, parameters } = options;
		const path = `${String(parameters.resource)}/${String(parameters.operation)}`;
		const { items, error } = await run(options);
		if (error || items.length === 0) throw new Error(`${path}: ${error?.message}`);
		add(
			type,
			path,
			items.map(({ json }) => json),
		);
	};
	/** What Fetch Test Event of a trigger shows. */
	const ofTrigger: VisitTrigger = async (type, credentials, choices) => {
		const shown = [];
		for (const parameters of choices) {
			shown.push(...((await poll({ type, parameters, credentials, mode: 'manual' })) ?? []));
		}
		// A node without resource and operation has one file of this name: n8n's output-schema-resolver.
		add(type, 'output', shown);
	};
	await everyOperation(ofOperation, ofTrigger);
	return files;
}
