import type { IBinaryKeyData, INodeParameters, INodePropertyOptions } from 'n8n-workflow';

import {
	EVENT_TYPES,
	POSITIONS,
	startThreatConnect,
	type StoredGroup,
	type ThreatConnectOptions,
	type ThreatConnectSimulator,
} from '../simulators/threatconnect';
import type { ServerOptions } from '../simulators/shared/server';
import { jsonOf, loadOptions, poll, type RunResult } from './harness';
import { describeSwitches, type Given, only, type Switches } from './switches';
import { type RunNode, threatConnectNode } from './support';

/** Options that say nothing of what a service may do: they give tests large IDs, a clock, bytes and another client. */
type Aid = keyof ServerOptions | 'firstId' | 'clock' | 'clockSkew' | 'keepFiles' | 'hooks';

const ANALYSIS = 'Additional Analysis and Context';
const PDF: IBinaryKeyData = {
	data: {
		data: Buffer.from('%PDF-2').toString('base64'),
		mimeType: 'application/pdf',
		fileName: 'a.pdf',
	},
};
const toErrors = { onError: 'continueErrorOutput' } as const;
const credentialsOf = ({ url, credentials: { apiToken } }: ThreatConnectSimulator) => ({
	threatConnectApi: { baseUrl: url, apiToken },
});

const seen = ({ items, errors, error }: RunResult) => ({
	items: jsonOf(items),
	errors: jsonOf(errors),
	error: error && `${error.message} ${error.description ?? ''}`,
});
const done = (...items: object[]) => ({ items, errors: [], error: undefined });
const containing = (words: string) => expect.stringContaining(words) as string;
const refused = (words: string) => ({ items: [], error: containing(words) });

/** Each does its work on the one report `crm:1`, whose owner no item names, and leaves the other as it is. */
type ByXid = [parameters: INodeParameters, said: object, stands: Partial<StoredGroup> | undefined];
const found = { findBy: 'xid', groupXid: 'crm:1', groupOwner: '' };
const BY_XID: Record<string, ByXid> = {
	'group/get': [found, { name: 'Phishing' }, {}],
	'group/update': [{ ...found, updateFields: { name: 'Two' } }, { name: 'Two' }, { name: 'Two' }],
	'group/upsert': [
		{ type: 'Report', name: 'Two', matchBy: 'xid', groupXid: 'crm:1', groupOwner: '' },
		{ name: 'Two', _outcome: 'updated' },
		{ name: 'Two' },
	],
	'group/delete': [found, { deleted: true }, undefined],
	'attribute/add': [
		{ ...found, attributeType: ANALYSIS, value: 'Seen' },
		{ value: 'Seen' },
		{ attributes: [expect.anything(), expect.objectContaining({ value: 'Seen' })] },
	],
	'attribute/update': [
		{ ...found, findAttributeBy: 'type', attributeType: ANALYSIS, updateFields: { value: '43' } },
		{ value: '43' },
		{ attributes: [expect.objectContaining({ value: '43' })] },
	],
	'attribute/delete': [
		{ ...found, findAttributeBy: 'type', attributeType: ANALYSIS },
		{ deleted: true },
		{ attributes: [] },
	],
	'attribute/getAll': [found, { value: '42' }, {}],
	'tag/add': [
		{ ...found, tags: 'New' },
		{ _outcome: 'updated' },
		{ tags: [expect.objectContaining({ name: 'Old' }), expect.objectContaining({ name: 'New' })] },
	],
	'tag/remove': [{ ...found, tags: 'Old' }, { _outcome: 'updated' }, { tags: [] }],
	'securityLabel/add': [
		{ ...found, securityLabels: 'TLP:RED' },
		{ _outcome: 'updated' },
		{
			securityLabels: [
				expect.objectContaining({ name: 'TLP:AMBER' }),
				expect.objectContaining({ name: 'TLP:RED' }),
			],
		},
	],
	'securityLabel/remove': [
		{ ...found, securityLabels: 'TLP:AMBER' },
		{ _outcome: 'updated' },
		{ securityLabels: [] },
	],
	'association/add': [
		{ ...found, objectType: 'indicator', objectIds: '102' },
		{ _outcome: 'updated' },
		{
			associatedIndicators: [expect.objectContaining({ id: '101' }), expect.objectContaining({ id: '102' })],
		},
	],
	'association/remove': [
		{ ...found, objectType: 'indicator', objectIds: '101' },
		{ _outcome: 'updated' },
		{ associatedIndicators: [] },
	],
	'association/getAll': [{ ...found, objectType: 'indicator' }, { id: 101 }, {}],
	'post/add': [{ ...found, text: 'Seen' }, { text: 'Seen' }, {}],
	'post/getAll': [found, { text: 'stored' }, {}],
	'file/upload': [
		{ ...found, inputField: 'data', ifFileExists: 'replace', waitUntilProcessed: true },
		{ _outcome: 'replaced', status: 'Success' },
		{ fields: expect.objectContaining({ fileSize: 6, status: 'Success' }) as never },
	],
	'file/download': [{ ...found, outputField: 'data' }, {}, {}],
	'file/downloadPdf': [{ ...found, outputField: 'data' }, {}, {}],
};

const byXid =
	(key: string, [parameters, said, stands]: ByXid) =>
	async ({ server, node }: Any) => {
		const seed = { type: 'Report', fields: { fileName: 'a.pdf' } } as const;
		const { id } = server.seedGroup({
			...seed,
			name: 'Phishing',
			xid: 'crm:1',
			tags: ['Old'],
			securityLabels: ['TLP:AMBER'],
			attributes: [{ type: ANALYSIS, value: '42' }],
			associatedIndicators: ['101'],
		});
		await server.seedFile(id, Buffer.from('%PDF-1.4'), 'a.pdf');
		server.seedPost({ objectId: id, text: 'stored' });
		// Another owner may have the same XID.
		const other = server.seedGroup({ ...seed, name: 'Bystander', xid: 'crm:1', ownerName: 'Demo Community' });
		const [resource, operation] = key.split('/') as [string, string];
		const result = await node(operation, { resource, ...parameters }, { binary: [PDF] });
		expect(seen(result)).toMatchObject(done(said));
		expect(server.group(other.id)).toEqual(other);
		expect(server.groups().map((group) => group.id)).toEqual(stands ? [id, other.id] : [other.id]);
		if (stands) expect(server.group(id)).toMatchObject({ xid: 'crm:1', ...stands });
		expect(server.posts().map(({ text }) => text)).toEqual(
			stands ? ['stored', ...(key === 'post/add' ? ['Seen'] : [])] : expect.anything(),
		);
	};
const EACH_BY_XID = Object.fromEntries(Object.entries(BY_XID).map(([key, one]) => [key, byXid(key, one)]));

type Any = { server: ThreatConnectSimulator; node: RunNode };
const xids = (count: number) => Array.from({ length: count }, (_, n) => `x:${n}`);

const importMany = async ({ server, node }: Any, count: number) => {
	const items = xids(count).map((xid) => ({ name: `Group ${xid}`, xid }));
	const result = await node('bulkImport', { dataMode: 'autoMap', type: 'Incident' }, { items, ...toErrors });
	return { ...seen(result), stand: server.groups().map(({ xid }) => xid) };
};
/** All groups have the same name, and one is not named by any item. */
const deleteMany = async ({ server, node }: Any, count: number) => {
	for (const xid of [...xids(count), 'x:other']) server.seedGroup({ type: 'Incident', name: 'Same', xid });
	const parameters = { type: 'Incident', groupXid: '={{ $json.xid }}', groupOwner: '' };
	const items = xids(count).map((xid) => ({ xid }));
	const result = await node('bulkDelete', parameters, { items, ...toErrors });
	return { ...seen(result), stand: server.groups().map(({ xid }) => xid) };
};
const BATCHES = {
	'group/bulkImport': async (given: Any) => {
		expect(await importMany(given, 40)).toMatchObject({ errors: [], stand: xids(40) });
	},
	'group/bulkDelete': async (given: Any) => {
		const { items, errors, stand } = await deleteMany(given, 40);
		expect([items.length, errors, stand]).toEqual([40, [], ['x:other']]);
	},
};

/** Each operation that writes to a group fields that its form shows at once. `check` gets the group that stands afterwards, if one was written. */
const writers = <Position>(
	type: 'Incident' | 'Event',
	{ name = 'Stored', ...fields }: INodeParameters,
	check: (position: Position, result: ReturnType<typeof seen>, written: StoredGroup | undefined) => void,
) => {
	const writer =
		(operation: string, parameters: INodeParameters) =>
		async ({ position, server, node }: Given<Position, ThreatConnectSimulator>) => {
			const stored = server.seedGroup({ type, name: 'Stored', xid: 'crm:1' });
			const result = await node(operation, { type, name, ...fields, ...parameters }, toErrors);
			const [first, created] = server.groups();
			if (operation === 'create') expect(first).toEqual(stored);
			check(position, seen(result), operation === 'create' ? created : first);
		};
	return {
		'group/create': writer('create', {}),
		'group/update': writer('update', { ...found, updateFields: { name } }),
		'group/upsert': writer('upsert', { ...found, matchBy: 'xid' }),
		'group/bulkImport': writer('bulkImport', { additionalFields: { xid: 'crm:1' } }),
	};
};

/** The values of a drop-down, or of a search list with all of its pages. */
const valuesOf = async (server: ThreatConnectSimulator, method: string, filter = ''): Promise<string[]> => {
	const { context, type } = await loadOptions('threatConnectGroup', credentialsOf(server), {
		authentication: 'apiToken',
	});
	const { listSearch, loadOptions: dropDowns } = type.methods ?? {};
	const options: INodePropertyOptions[] = (await dropDowns?.[method]?.call(context)) ?? [];
	let token: unknown;
	do {
		const page = await listSearch?.[method]?.call(context, filter, token as string);
		options.push(...((page?.results ?? []) as INodePropertyOptions[]));
		token = page?.paginationToken;
	} while (token !== undefined);
	return options.map(({ value }) => String(value)).sort();
};

/** Reads all 20 that `seed` adds, and 15 of them. */
const readsAll = (
	key: string,
	parametersOf: (holder: string) => INodeParameters,
	seed: (server: ThreatConnectSimulator) => string | void,
) => ({
	[key]: async ({ server, node }: Any) => {
		const own = parametersOf(seed(server) ?? '');
		const [resource, operation] = key.split('/') as [string, string];
		const read = async (how: INodeParameters) => {
			const { items, errors, error } = seen(await node(operation, { resource, ...own, ...how }));
			expect([errors, error]).toEqual([[], undefined]);
			return new Set(items.map((item) => item.id)).size;
		};
		expect(await read({ returnAll: true })).toBe(20);
		expect(await read({ limit: 15 })).toBe(15);
	},
});
const inHolder = (groupId: string) => ({ findBy: 'id', groupId });
const seedThreats = (server: ThreatConnectSimulator) => {
	server.seedGroups(20, { type: 'Threat', name: 'Many' });
};

const DIFFERENT = 'The owners of the requested objects were different';
const theirGroup = (server: ThreatConnectSimulator) =>
	server.seedGroup({ type: 'Threat', name: 'Theirs', ownerName: 'Demo Community' }).id;
const ids = (rows: StoredGroup['tags'] | undefined) => rows?.map(({ id }) => id);

/** Associates a group of another owner. Where that is refused, nothing of the item is written. */
const associates =
	(operation: string) =>
	async ({ position, server, node }: Given<boolean, ThreatConnectSimulator>) => {
		const theirs = theirGroup(server);
		const stored = server.seedGroup({ type: 'Incident', name: 'Ours', xid: 'crm:1' });
		const fields = { associatedGroups: { list: { id: theirs } } };
		const written = { type: 'Incident', name: 'Ours', additionalFields: fields, matchBy: 'xid' };
		const parameters = operation === 'update' ? { updateFields: fields } : written;
		const result = seen(await node(operation, { ...found, status: 'New', ...parameters }));
		expect(result).toMatchObject(position ? done({ status: 'New' }) : refused(DIFFERENT));
		const [now, ...created] = server.groups().slice(1);
		const after = operation === 'create' ? created[0] : now;
		if (position) expect(ids(after?.associatedGroups)).toEqual([theirs]);
		if (!position || operation === 'create') expect(now).toEqual(stored);
		expect(created).toHaveLength(position && operation === 'create' ? 1 : 0);
	};

const uploadTo = async ({ server, node }: Any, how: INodeParameters) => {
	const { id } = server.seedGroup({ type: 'Document', name: 'D', fields: { fileName: 'a.pdf' } });
	const parameters = { resource: 'file', groupId: id, inputField: 'data', ...how };
	return { id, ...seen(await node('upload', parameters, { binary: [PDF] })) };
};

/** Two days of groups, of which the second is asked for. */
const byDate = async ({ server, node }: Any, operation: string) => {
	for (const dateAdded of ['2026-01-01T10:00:30Z', '2026-01-02T10:00:30Z'])
		server.seedGroup({ type: 'Threat', name: dateAdded, dateAdded });
	const filters = { dateAddedFrom: '2026-01-02', dateAddedTo: '2026-01-02' };
	return seen(await node(operation, { filters }));
};

const DISABLED = { message: containing('An administrator can enable batch jobs') };
const TOO_MANY = { error: containing('3 items would exceed') };
const LONG = 'n'.repeat(150);

const TABLE: Switches<ThreatConnectOptions, ThreatConnectSimulator, Aid> = {
	ignoresSeconds: {
		positions: [false, true],
		concerns: {
			'group/getAll, by dates': async (given) =>
				expect(await byDate(given, 'getAll')).toMatchObject(done({ name: '2026-01-02T10:00:30Z' })),
			'group/count, by dates': async (given) =>
				expect(await byDate(given, 'count')).toMatchObject(done({ count: 1 })),
			trigger: async ({ server }) => {
				const staticData = {};
				const emitted = async () =>
					await poll({
						type: 'threatConnectGroupTrigger',
						parameters: { event: 'created' },
						credentials: credentialsOf(server),
						staticData,
					});
				expect(await emitted()).toBeNull();
				server.seedGroup({ type: 'Threat', name: 'New' });
				expect(await emitted()).toMatchObject([{ name: 'New' }]);
				expect(await emitted()).toBeNull();
			},
		},
	},
	nameLimit: {
		positions: [200, 100],
		concerns: writers<number>('Incident', { name: LONG }, (position, { errors }, written) => {
			if (position === 200) expect(errors).toEqual([]);
			else expect(errors).toMatchObject([{ error: containing('enter a name between 1-100 characters') }]);
			expect(written?.name).toBe(position === 200 ? LONG : written && 'Stored');
		}),
	},
	trimsNames: {
		positions: [false, true],
		concerns: {
			...writers<boolean>('Incident', { name: ' Padded ' }, (trims, { items, errors }, written) => {
				expect(errors).toEqual([]);
				expect(items).toHaveLength(1);
				expect(written?.name).toBe(trims ? 'Padded' : ' Padded ');
			}),
			...Object.fromEntries(
				(['name', 'xid'] as const).map((matchBy) => [
					`group/upsert, again by ${matchBy}`,
					async ({ server, node }: Any) => {
						const upsert = { type: 'Incident', name: ' Padded ', matchBy, groupXid: 'crm:1', groupOwner: '' };
						const outcomes = [];
						for (let run = 0; run < 3; run++) outcomes.push(...seen(await node('upsert', upsert)).items);
						expect(outcomes.map(({ _outcome }) => _outcome)).toEqual(['created', 'unchanged', 'unchanged']);
						expect(server.groups()).toHaveLength(1);
					},
				]),
			),
			'group/getAll, by name': async ({ server, node }) => {
				await node('create', { type: 'Incident', name: ' Padded ' });
				const result = await node('getAll', { filters: { nameIs: ' Padded ' } });
				expect(seen(result).items).toHaveLength(1);
				expect(server.groups()).toHaveLength(1);
			},
		},
	},
	eventStatuses: {
		positions: [8, 4],
		concerns: writers<4 | 8>('Event', { status: 'Reopened' }, (position, { errors }, written) => {
			if (position === 8) expect(errors).toEqual([]);
			else expect(errors).toMatchObject([{ error: containing('The status "Reopened" is invalid') }]);
			expect(written?.fields.status).toBe(position === 8 ? 'Reopened' : undefined);
		}),
	},
	knownXid: {
		positions: POSITIONS.knownXid,
		concerns: {
			'group/create': async ({ position, server, node }) => {
				const { id } = server.seedGroup({ type: 'Incident', name: 'Old', xid: 'crm:1' });
				const create = { type: 'Incident', name: 'New', additionalFields: { xid: 'crm:1' } };
				const result = seen(await node('create', create));
				const names = server.groups().map(({ name }) => name);
				expect(result).toMatchObject(position === 'conflict' ? refused('XID') : done({ name: 'New' }));
				expect(names).toEqual({ conflict: ['Old'], overwrite: ['New'], duplicate: ['Old', 'New'] }[position]);
				expect(server.group(id)?.name).toBe(names[0]);
			},
			...only(EACH_BY_XID, 'group/upsert'),
		},
	},
	xidWithoutOwner: { positions: POSITIONS.xidWithoutOwner, concerns: EACH_BY_XID },
	withoutOwnOwner: { positions: [false, true], concerns: { ...EACH_BY_XID, ...BATCHES } },
	pageCap: {
		positions: [
			{ rows: 10_000, saysMore: true },
			{ rows: 1, saysMore: true },
			{ rows: 7, saysMore: false },
		],
		concerns: {
			...readsAll('group/getAll', () => ({ filters: { typeName: ['Threat'] } }), seedThreats),
			...readsAll('attribute/getAll', inHolder, (server) => {
				const attributes = xids(20).map((value) => ({ type: 'Description', value }));
				return server.seedGroup({ type: 'Incident', name: 'H', attributes }).id;
			}),
			...readsAll('post/getAll', inHolder, (server) => {
				const { id } = server.seedGroup({ type: 'Incident', name: 'H' });
				for (const text of xids(20)) server.seedPost({ objectId: id, text });
				return id;
			}),
			...readsAll(
				'association/getAll',
				(id) => ({ ...inHolder(id), objectType: 'group' }),
				(server) => {
					const { id } = server.seedGroup({ type: 'Incident', name: 'H' });
					server.seedGroups(20, { type: 'Threat', name: 'Many', associatedGroups: [id] });
					return id;
				},
			),
			...readsAll(
				'association/getGroups',
				() => ({ indicatorBy: 'id', indicatorId: '101' }),
				(server) => {
					server.seedGroups(20, { type: 'Threat', name: 'Many', associatedIndicators: ['101'] });
				},
			),
			'group/count': async ({ server, node }) => {
				seedThreats(server);
				const result = await node('count', { filters: { typeName: ['Threat'] } });
				expect(seen(result)).toMatchObject(done({ count: 20 }));
			},
			'group/upsert, by name': async ({ server, node }) => {
				const seed = { type: 'Threat', name: 'Same' } as const;
				const both = [server.seedGroup(seed), server.seedGroup(seed)];
				const additionalFields = { securityLabels: { list: { name: 'TLP:RED' } } };
				const result = await node('upsert', { ...seed, matchBy: 'name', additionalFields });
				// Whoever sees only the first page takes the group there for the only one.
				expect(seen(result)).toMatchObject(refused(both.map(({ id }) => id).join(', ')));
				expect(server.groups()).toEqual(both);
			},
			'search list, of groups': async ({ position: { rows, saysMore }, server }) => {
				const all = server.seedGroups(20, (n) => ({ type: 'Threat', name: `Number ${n}` }));
				const shown = await valuesOf(server, 'searchGroups');
				if (saysMore) expect(shown).toEqual([...all].sort());
				else expect(shown).toHaveLength(rows);
				expect(await valuesOf(server, 'searchGroups', 'Number 19')).toEqual([all[19]]);
			},
		},
	},
	crossOwner: {
		positions: [false, true],
		concerns: {
			'association/add': async ({ position, server, node }) => {
				const theirs = theirGroup(server);
				const { id } = server.seedGroup({ type: 'Incident', name: 'Ours' });
				const add = { resource: 'association', groupId: id, objectType: 'group', objectIds: theirs };
				const result = seen(await node('add', add));
				expect(result).toMatchObject(position ? done({ _outcome: 'updated' }) : refused(DIFFERENT));
				expect(ids(server.group(id)?.associatedGroups)).toEqual(position ? [theirs] : []);
			},
			'group/create': associates('create'),
			'group/update': associates('update'),
			'group/upsert': associates('upsert'),
		},
	},
	bulkDelete: {
		positions: [false, true],
		concerns: {
			'group/delete': async ({ server, node }) => {
				const [first = '', second = ''] = server.seedGroups(2, { type: 'Threat', name: 'Many' });
				for (const id of ['', ' ', '?tql=', `?tql=id=${second}`]) {
					const { items, error } = await node('delete', { groupId: '={{ $json.id }}' }, { items: [{ id }] });
					expect([items, error?.message]).toEqual([[], containing('(groupId)')]);
				}
				expect(server.requests).toEqual([]);
				expect(seen(await node('delete', { groupId: first }))).toMatchObject(done({ deleted: true }));
				expect(server.groups().map(({ id }) => id)).toEqual([second]);
			},
		},
	},
	processing: {
		positions: [0, 30, 60_000],
		concerns: {
			'file/upload': async (given) => {
				const isInTime = given.position < 1000;
				const { id, ...result } = await uploadTo(given, { waitUntilProcessed: true, processingLimit: 1 });
				expect(result).toMatchObject(
					isInTime
						? done({ _outcome: 'uploaded', status: 'Success' })
						: refused('The file was uploaded, but ThreatConnect had not processed it within 1 s'),
				);
				const status = isInTime ? 'Success' : 'In Progress';
				expect(given.server.group(id)?.fields).toMatchObject({ status, fileSize: 6 });
			},
			'file/download': async (given) => {
				const waitUntilProcessed = given.position < 1000;
				const { id } = await uploadTo(given, { waitUntilProcessed });
				const result = await given.node('download', { resource: 'file', groupId: id, outputField: 'data' });
				expect(seen(result)).toMatchObject(waitUntilProcessed ? done({}) : refused('In Progress'));
				const files = result.items.map(({ binary }) => binary?.data?.fileName);
				expect(files).toEqual(waitUntilProcessed ? ['a.pdf'] : []);
			},
		},
	},
	batchEnabled: {
		positions: [true, false],
		concerns: {
			'group/bulkImport': async (given) => {
				const { errors, stand } = await importMany(given, 2);
				expect(stand).toEqual(given.position ? xids(2) : []);
				if (!given.position) expect(errors).toMatchObject([DISABLED, DISABLED]);
			},
			'group/bulkDelete': async (given) => {
				const { errors, stand } = await deleteMany(given, 2);
				expect(stand).toEqual(given.position ? ['x:other'] : [...xids(2), 'x:other']);
				if (!given.position) expect(errors).toMatchObject([DISABLED, DISABLED]);
			},
		},
	},
	batchDelay: { positions: [0, 100], concerns: BATCHES },
	batchSizeLimit: { positions: [75_000_000, 2000], concerns: BATCHES },
	batchItemLimit: {
		positions: [25_000, 2],
		concerns: {
			'group/bulkImport': async (given) => {
				const { errors, stand } = await importMany(given, 3);
				expect(stand).toEqual(given.position === 2 ? [] : xids(3));
				if (given.position === 2) expect(errors).toMatchObject([TOO_MANY, TOO_MANY, TOO_MANY]);
			},
			'group/bulkDelete': async (given) => {
				const { errors, stand } = await deleteMany(given, 3);
				expect(stand).toEqual(given.position === 2 ? [...xids(3), 'x:other'] : ['x:other']);
				if (given.position === 2) expect(errors).toMatchObject([TOO_MANY, TOO_MANY, TOO_MANY]);
			},
		},
	},
	batchDelete: {
		positions: POSITIONS.batchDelete,
		concerns: only(BATCHES, 'group/bulkDelete'),
	},
	olderServer: {
		positions: [false, true],
		concerns: {
			'search list, of event types': async ({ server }) => {
				expect(await valuesOf(server, 'searchEventTypes')).toEqual([...EVENT_TYPES].sort());
			},
			'group/create, of an event with its type': async ({ server, node }) => {
				const create = { type: 'Event', name: 'E', additionalFields: { eventType: 'Breach' } };
				expect(seen(await node('create', create))).toMatchObject(done({ name: 'E' }));
				expect(server.groups()).toMatchObject([{ fields: { eventType: 'Breach' } }]);
			},
		},
	},
	optionsBlocked: {
		positions: [false, true],
		concerns: {
			'drop-down, of the fields that the output may include': async ({ server }) => {
				const values = await valuesOf(server, 'getGroupFields');
				expect(values).toEqual(expect.arrayContaining(['tags', 'attributes', 'associatedIndicators']));
			},
			'group/get, with these fields': async ({ server, node }) => {
				const { id } = server.seedGroup({ type: 'Threat', name: 'T', tags: ['Old'] });
				const result = await node('get', { groupId: id, options: { fields: ['tags'] } });
				expect(seen(result)).toMatchObject(done({ tags: { data: [{ name: 'Old' }] } }));
			},
		},
	},
};

describeSwitches('threatConnect', TABLE, startThreatConnect, threatConnectNode);
