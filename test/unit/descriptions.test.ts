import { ESLint, type Linter } from 'eslint';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
	INode,
	INodeParameters,
	INodeProperties,
	INodePropertyOptions,
	INodeType,
	INodeTypeDescription,
} from 'n8n-workflow';
import { NodeHelpers, Workflow } from 'n8n-workflow';

import { AttackForgeGroup } from '../../nodes/AttackForgeGroup/AttackForgeGroup.node';
import { AttackForgeGroupTrigger } from '../../nodes/AttackForgeGroup/AttackForgeGroupTrigger.node';
import { GROUP_TYPES } from '../../nodes/ThreatConnectGroup/fields/groupTypes';
import { ThreatConnectGroup } from '../../nodes/ThreatConnectGroup/ThreatConnectGroup.node';
import { ThreatConnectGroupTrigger } from '../../nodes/ThreatConnectGroup/ThreatConnectGroupTrigger.node';

// eslint-disable-next-line @typescript-eslint/no-require-imports
const nodesBaseRules = require('../lint/nodes-base.config.cjs') as Linter.Config[];

type Codex = {
	categories: string[];
	resources: Record<'primaryDocumentation' | 'credentialDocumentation', Array<{ url: string }>>;
};

/** What the editor shows. The parameters are made from the field tables, so n8n's linter does not see them. */

const nodes: Array<[string, INodeType]> = [
	['ThreatConnect Group', new ThreatConnectGroup()],
	['AttackForge Group', new AttackForgeGroup()],
];
const triggers: Array<[string, INodeType]> = [
	['ThreatConnect Group Trigger', new ThreatConnectGroupTrigger()],
	['AttackForge Group Trigger', new AttackForgeGroupTrigger()],
];

test.each([...nodes, ...triggers])(
	"%s: the parameters, written out, pass every rule of n8n's linter",
	async (_name, node) => {
		expect(await lint(node.description.properties)).toEqual([]);
	},
);

test("n8n's linter finds a fault in a parameter that is written as text", async () => {
	const fault = {
		displayName: 'foo bar',
		name: 'x',
		type: 'boolean',
		default: false,
		description: 'The thing',
	};
	expect(await lint([fault as INodeProperties])).toEqual([
		expect.stringContaining('node-param-display-name-miscased'),
		expect.stringContaining('node-param-description-boolean-without-whether'),
	]);
});

test.each([...nodes, ...triggers])(
	"%s: the modes of lists are called as in n8n's own nodes",
	(_name, node) => {
		const names: Record<string, string> = {};
		JSON.stringify(node.description.properties, (_key, value: INodeProperties | undefined) => {
			for (const { name, displayName } of value?.modes ?? []) names[name] = displayName;
			return value;
		});
		const wanted = {
			list: 'From List',
			id: 'By ID',
			url: 'By URL',
			name: 'By Name',
			username: 'By Username',
		};
		expect({ ...names, ...wanted }).toEqual({ ...wanted, ...names });
		for (const displayName of Object.values(names)) expect(displayName).toMatch(/^(From List|By [A-Z]\w*)$/);
	},
);

const UNSORTED = 'n8n-nodes-base/node-param-options-type-unsorted-items';

/** Whether these are levels, which are sorted by their meaning. */
const isScale = (text: string) => /name: "(priority|project_request_access_level)"/.test(text);

async function lint(properties: INodeProperties[]): Promise<string[]> {
	// The rules check unquoted keys only.
	const literal = JSON.stringify(properties, null, '\t').replace(/^(\t+)"(\w+)":/gm, '$1$2:');
	const source = `import type { INodeProperties } from 'n8n-workflow';
export const properties: INodeProperties[] = ${literal};
`;
	const eslint = new ESLint({
		overrideConfigFile: true,
		overrideConfig: [
			...nodesBaseRules,
			{
				files: ['nodes/**/*.ts'],
				// The inputs of a row are in the order in which a user fills them: an attribute's type comes before its value.
				rules: { 'n8n-nodes-base/node-param-fixed-collection-type-unsorted-items': 'off' },
			},
		],
		allowInlineConfig: false,
	});
	const [result] = await eslint.lintText(source, { filePath: 'nodes/Written/descriptions/Out.ts' });
	const messages = result?.messages ?? [];
	const lines = source.split('\n');
	return messages
		.filter(({ ruleId, line }) => !(ruleId === UNSORTED && isScale(lines.slice(line - 8, line).join(' '))))
		.map(({ ruleId, message, line }) => {
			const context = lines.slice(Math.max(0, line - 4), line + 1);
			return `${ruleId}: ${message} ${context.map((one) => one.trim()).join(' ')}`;
		});
}

/** The parameters that the editor shows for these values, with the entries of collections as `collection.entry`. */
function shown(description: INodeTypeDescription, values: Record<string, unknown>): INodeProperties[] {
	const node = { typeVersion: 1 } as never;
	const visible = (property: INodeProperties) =>
		NodeHelpers.displayParameter(values as never, property, node, description, values as never);
	return description.properties.filter(visible).flatMap((property) => {
		if (property.type !== 'collection') return [property];
		const entries = (property.options as INodeProperties[]).filter(visible);
		return [property, ...entries.map((entry) => ({ ...entry, name: `${property.name}.${entry.name}` }))];
	});
}

describe('the ThreatConnect form', () => {
	const { description } = new ThreatConnectGroup();
	const form = (values: object) =>
		shown(description, { authentication: 'apiToken', resource: 'group', dataMode: 'define', ...values });
	const names = (values: object) => form(values).map(({ name }) => name);

	test.each([
		['Adversary', []],
		['Attack Pattern', []],
		['Campaign', []],
		['Course of Action', []],
		['Document', ['fileName', 'malware', 'password']],
		['Email', ['body', 'from', 'header', 'subject']],
		['Event', ['status', 'eventDate', 'eventType']],
		['Incident', ['status', 'eventDate']],
		['Intrusion Set', []],
		['Malware', []],
		['Report', ['fileName', 'publishDate', 'reviews']],
		['Signature', []],
		['Tactic', []],
		['Task', ['assignments', 'dueDate', 'escalationDate', 'reminderDate']],
		['Threat', []],
		['Tool', []],
		['Vulnerability', []],
	])('offers for a new %s just the fields that the type has', (type, own) => {
		const common = names({ operation: 'create', type: 'Threat' });
		expect(names({ operation: 'create', type }).filter((name) => !common.includes(name))).toEqual(
			type === 'Signature'
				? ['fileName', 'fileType', 'fileText']
				: own.map((name) => (name === 'status' ? name : `additionalFields.${name}`)),
		);
	});

	test('marks the fields that a new group of its type needs', () => {
		const required = (type: string) =>
			form({ operation: 'create', type })
				.filter((property) => property.required)
				.map(({ name }) => name);
		expect(required('Incident')).toEqual(['type', 'name']);
		expect(required('Signature')).toEqual(['type', 'name', 'fileName', 'fileType', 'fileText']);
	});

	test('shows each field once while the type is an expression, and requires none of a single type', () => {
		const all = form({ operation: 'create', type: '={{ $json.type }}' });
		const own = all.map(({ name }) => name);
		expect(own).toEqual([...new Set(own)]);
		expect(own).toEqual(expect.arrayContaining(['fileText', 'additionalFields.eventDate', 'status']));
		expect(all.filter(({ required }) => required).map(({ name }) => name)).toEqual(['type', 'name']);
	});

	test('offers the statuses of the type', () => {
		const statuses = (type: string) =>
			form({ operation: 'create', type }).find(({ name }) => name === 'status')?.options;
		// With one for none, which is the default.
		expect(statuses('Incident')).toHaveLength(10);
		expect(statuses('Event')).toHaveLength(9);
		expect(statuses('={{ $json.type }}')).toHaveLength(17);
	});

	test('shows what most people fill without Add Field, and it alone', () => {
		const inSight = [
			'groupDescription',
			'status',
			'tagNames',
			'securityLabelNames',
			'indicators',
			'attributes',
		];
		for (const operation of ['create', 'upsert', 'update', 'bulkImport']) {
			const own = form({ operation, type: 'Incident', findBy: 'id', matchBy: 'name' });
			const shown = own.map(({ name }) => name);
			expect(shown.filter((name) => inSight.includes(name))).toEqual(inSight);
			for (const name of ['description', 'status']) {
				expect(shown).not.toContain(
					`${operation === 'update' ? 'updateFields' : 'additionalFields'}.${name}`,
				);
			}
			expect(own.filter(({ name, required }) => inSight.includes(name) && required)).toEqual([]);
		}
	});

	test('of an update offers File Name once, whatever the type is', () => {
		for (const type of ['', 'Signature', 'Document', 'Report', '={{ $json.type }}']) {
			const own = names({ operation: 'update', type, findBy: 'id' });
			expect(own.filter((name) => name === 'updateFields.fileName')).toHaveLength(1);
		}
	});

	test('keeps Event Date and Status when the type changes to one that has them', () => {
		const changed = (operation: string, type: string) => {
			const given = { resource: 'group', operation, dataMode: 'define', type, status: 'New' };
			const collection = operation === 'update' ? 'updateFields' : 'additionalFields';
			const values = { ...given, findBy: 'id', [collection]: { eventDate: '2026-03-01T08:15:00' } };
			const read = NodeHelpers.getNodeParameters(
				description.properties,
				values,
				true,
				false,
				{ typeVersion: 1 },
				description,
			);
			return [read?.status, (read?.[collection] as { eventDate?: string } | undefined)?.eventDate];
		};
		for (const operation of ['create', 'upsert', 'update', 'bulkImport'])
			for (const type of ['Incident', 'Event'])
				expect([operation, type, ...changed(operation, type)]).toEqual([
					...[operation, type, 'New', '2026-03-01T08:15:00'],
				]);
	});

	test('of an update offers the mode of each list, and no field that cannot be changed', () => {
		const update = form({ operation: 'update', type: '', findBy: 'id' });
		const own = update.map(({ name }) => name);
		expect(own).not.toContain('updateFields.ownerName');
		expect(own).toEqual(expect.arrayContaining(['groupId', 'updateFields.xid', 'updateFields.eventDate']));
		for (const list of ['tags', 'attributes', 'securityLabels', 'associatedIndicators']) {
			const property = update.find(({ name }) => name === `updateFields.${list}`);
			const [group] = property?.options as Array<{ values: INodeProperties[] }>;
			expect(group?.values[0]).toMatchObject({ name: 'mode', default: 'append' });
		}
	});

	test('asks for the owner only with an XID', () => {
		expect(names({ operation: 'update', findBy: 'id' })).not.toContain('groupOwner');
		expect(names({ operation: 'update', findBy: 'xid' })).toEqual(
			expect.arrayContaining(['groupXid', 'groupOwner']),
		);
	});

	test('has the 17 types', () => {
		expect(GROUP_TYPES).toHaveLength(17);
	});
});

describe.each(nodes)('%s in its three data modes', (_name, { description }) => {
	const names = (dataMode: string) =>
		shown(description, { resource: 'group', operation: 'create', dataMode, type: 'Incident' }).map(
			({ name }) => name,
		);
	test('shows the fields, or only what the mode needs', () => {
		expect(names('define')).toEqual(expect.arrayContaining(['name', 'additionalFields']));
		expect(names('autoMap')).toContain('autoMapNotice');
		expect(names('autoMap')).not.toContain('name');
		expect(names('json')).toContain('jsonBody');
		expect(names('json')).not.toContain('name');
	});
});

describe('the notice of Auto-Map', () => {
	const { description } = new ThreatConnectGroup();
	const notices = (operation: string, type: string) =>
		shown(description, { resource: 'group', operation, dataMode: 'autoMap', type })
			.filter(({ name }) => name === 'autoMapNotice')
			.map(({ displayName }) => displayName);

	test('names the fields of the chosen type only', () => {
		const dated = ['Event', 'Incident'];
		for (const operation of ['create', 'update', 'upsert', 'bulkImport']) {
			for (const { value: type } of GROUP_TYPES) {
				const [notice = '', ...others] = notices(operation, String(type));
				expect(others).toEqual([]);
				expect(notice).toContain('<code>name</code>');
				expect(notice.includes('<code>eventDate</code>')).toBe(dated.includes(String(type)));
				expect(notice.includes('<code>fileText</code>')).toBe(type === 'Signature');
			}
		}
	});

	test('names the fields of all types where the type is an expression or any', () => {
		for (const [operation, type] of [
			['create', '={{ $json.type }}'],
			['update', ''],
		] as const) {
			const [common, ofSomeTypes, ...others] = notices(operation, type);
			expect(others).toEqual([]);
			expect(common).toContain('<code>name</code>');
			expect(common).not.toContain('<code>eventDate</code>');
			for (const name of ['eventDate', 'fileText', 'dueDate']) {
				expect(ofSomeTypes).toContain(`<code>${name}</code>`);
			}
		}
	});

	test('of Bulk Import does not name a field that a bulk import refuses, but that of Create does', () => {
		const [create, bulkImport] = ['create', 'bulkImport'].map((operation) =>
			[...notices(operation, 'Event'), ...notices(operation, 'Task')].join(),
		);
		for (const name of ['ownerId', 'dueDate', 'assignments', 'associatedCases']) {
			expect(create).toContain(`<code>${name}</code>`);
			expect(bulkImport).not.toContain(`<code>${name}</code>`);
		}
		expect(bulkImport).toContain('<code>ownerName</code>');
		// Batch has event types since 7.12.1.
		expect(bulkImport).toContain('<code>eventType</code>');
	});
});

const operationsOf = ({ properties }: INodeTypeDescription) =>
	properties
		.filter(({ name }) => name === 'operation')
		.flatMap(({ displayOptions, options }) =>
			((options ?? []) as INodePropertyOptions[]).map((option) => ({
				...option,
				resource: String(displayOptions?.show?.resource?.[0]),
			})),
		);

describe.each(nodes)('%s in the node panel and on the canvas', (_name, node) => {
	const { description } = node;

	/** The subtitle as the editor makes it. */
	function subtitle(parameters: INodeParameters): unknown {
		const nodeTypes = { getByName: () => node, getByNameAndVersion: () => node, getKnownTypes: () => ({}) };
		const one = { id: '1', name: 'Node', type: 'x', typeVersion: 1, position: [0, 0], parameters } as INode;
		const workflow = new Workflow({ nodes: [one], connections: {}, active: false, nodeTypes });
		return workflow.expression.getSimpleParameterValue(one, description.subtitle, 'internal', {});
	}

	test('each action is a sentence that begins with a verb, and no two are the same', () => {
		const actions = operationsOf(description).map(({ action }) => String(action));
		expect(actions).toEqual([...new Set(actions)]);
		for (const action of actions) {
			expect(action).toMatch(
				/^(Add|Archive|Change|Count|Create|Delete|Download|Get|Import|Link|Remove|Reply|Restore|Unlink|Update|Upload) [a-z]/,
			);
		}
	});

	test('the subtitle is in words', () => {
		const subtitles = operationsOf(description).map(({ resource, value }) =>
			String(subtitle({ resource, operation: value })),
		);
		expect(subtitles).toEqual([...new Set(subtitles)]);
		for (const one of subtitles) expect(one).toMatch(/^[a-z ]+: [a-z ]+$/);
		expect(subtitles).toEqual(
			expect.arrayContaining(['create: group', 'create or update: group', 'get many: group']),
		);
	});
});

test.each(['ThreatConnectGroup', 'AttackForgeGroup'])(
	'the links of %s in the node panel lead somewhere',
	(name) => {
		const root = join(__dirname, '../..');
		const codex = JSON.parse(readFileSync(join(root, `nodes/${name}/${name}.node.json`), 'utf8')) as Codex;
		const { homepage } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { homepage: string };
		const { primaryDocumentation, credentialDocumentation } = codex.resources;
		for (const { url } of [...primaryDocumentation, ...credentialDocumentation]) {
			expect(url.startsWith(`${homepage}/blob/main/`)).toBe(true);
			const [path = '', anchor] = url.slice(`${homepage}/blob/main/`.length).split('#');
			const headings = [...readFileSync(join(root, path), 'utf8').matchAll(/^#+ (.+)$/gm)];
			const anchors = headings.map(([, heading = '']) => heading.toLowerCase().replaceAll(' ', '-'));
			if (anchor !== undefined) expect(anchors).toContain(anchor);
		}
		// n8n sorts nodes into these categories.
		const known = ['Analytics', 'Communication', 'Data & Storage', 'Development', 'Utility'];
		expect(codex.categories.filter((category) => !known.includes(category))).toEqual([]);
	},
);

/** Each notice is one short line, and is shown only where it applies. */
describe('the form explains what may surprise', () => {
	const notices = (node: INodeType, values: object) =>
		shown(node.description, { authentication: 'apiToken', dataMode: 'define', ...values })
			.filter(({ type }) => type === 'notice')
			.map(({ name }) => name);
	const threatConnect = new ThreatConnectGroup();
	const attackForge = new AttackForgeGroup();
	const group = (operation: string, more = {}) => ({ resource: 'group', operation, ...more });
	const updated = group('update', {
		updateFields: { is_deleted: true },
		options: { accessMode: 'exact', customFieldsMode: 'replace' },
	});

	test.each<[string, INodeType, object, string[]]>([
		['a delete', threatConnect, group('delete'), ['deleteNotice']],
		['a create', threatConnect, group('create'), []],
		['an update', threatConnect, group('update'), []],
		['some groups', threatConnect, group('getAll', { returnAll: false }), []],
		['all groups', threatConnect, group('getAll', { returnAll: true }), ['returnAllNotice']],
		['a bulk import', threatConnect, group('bulkImport'), ['bulkImportNotice']],
		[
			'a bulk import that replaces tags',
			threatConnect,
			group('bulkImport', { options: { tagWriteType: 'Replace', attributeWriteType: 'Append' } }),
			['bulkImportNotice', 'tagWriteTypeNotice'],
		],
		['Archive', attackForge, group('archive'), ['archiveNotice']],
		['Remove', attackForge, { resource: 'member', operation: 'remove' }, ['removeNotice']],
		['an update of customers', attackForge, group('update'), []],
		[
			'an update that deletes and removes',
			attackForge,
			updated,
			['isDeletedNotice', 'accessModeNotice', 'customFieldsModeNotice'],
		],
		[
			'a create-or-update that removes access',
			attackForge,
			group('upsert', { matchBy: 'name', options: { accessMode: 'exact' } }),
			['accessModeNotice'],
		],
	])('%s', (_what, node, values, expected) => {
		expect(notices(node, values)).toEqual(expected);
	});

	test.each([
		['append', []],
		['replace', ['replaceNotice']],
		['delete', ['deleteNotice']],
	])('attributes in the mode %s', (mode, expected) => {
		const { description } = threatConnect;
		const values = group('update', { type: '', updateFields: { attributes: { list: { mode } } } });
		const attributes = shown(description, { authentication: 'apiToken', dataMode: 'define', ...values }).find(
			({ name }) => name === 'updateFields.attributes',
		);
		const [box] = attributes?.options as Array<{ values: INodeProperties[] }>;
		const visible = box?.values.filter((property) =>
			NodeHelpers.displayParameterPath(
				values,
				property,
				'updateFields.attributes.list',
				{ typeVersion: 1 },
				description,
			),
		);
		expect(visible?.filter(({ type }) => type === 'notice').map(({ name }) => name)).toEqual(expected);
	});
});
