import type {
	ILoadOptionsFunctions,
	INodeListSearchResult,
	INodeParameters,
	INodePropertyOptions,
} from 'n8n-workflow';

import { EVENT_TYPES, startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { loadOptions } from './harness';

let server: ThreatConnectSimulator;
let older: ThreatConnectSimulator;
beforeAll(async () => {
	server = await startThreatConnect();
	older = await startThreatConnect({ olderServer: true, optionsBlocked: true });
});
afterAll(async () => await Promise.all([server.stop(), older.stop()]));

type Search = (
	this: ILoadOptionsFunctions,
	filter?: string,
	paginationToken?: string,
) => Promise<INodeListSearchResult>;
type Load = (this: ILoadOptionsFunctions) => Promise<INodePropertyOptions[]>;
type More = { on?: ThreatConnectSimulator; token?: string; parameters?: INodeParameters; page?: string };

const connected = async ({ on = server, token, parameters }: More) =>
	await loadOptions(
		'threatConnectGroup',
		{ threatConnectApi: { baseUrl: on.url, apiToken: token ?? on.credentials.apiToken } },
		{ authentication: 'apiToken', ...parameters },
	);
const search = async (method: string, filter?: string, more: More = {}) => {
	const { context, type } = await connected(more);
	return await (type.methods?.listSearch?.[method] as Search).call(context, filter, more.page);
};
const namesOf = async (method: string, filter?: string, more: More = {}) =>
	(await search(method, filter, more)).results.map(({ name }) => name);
const fields = async (more: More = {}) => {
	const { context, type } = await connected(more);
	return await (type.methods?.loadOptions?.getGroupFields as Load).call(context);
};

test('every search list and drop-down of the form exists', async () => {
	const { type } = await connected({});
	const form = JSON.stringify(type.description.properties);
	const named = (key: string) =>
		[...form.matchAll(new RegExp(`"${key}":"(\\w+)"`, 'g'))].map(([, name]) => name);
	expect(new Set(named('searchListMethod'))).toEqual(new Set(Object.keys(type.methods?.listSearch ?? {})));
	expect(new Set(named('loadOptionsMethod'))).toEqual(new Set(Object.keys(type.methods?.loadOptions ?? {})));
});

test('groups are found by a part of their name, page by page', async () => {
	server.seedGroups(250, (index) => ({ type: 'Threat', name: `Listed ${String(index).padStart(3, '0')}` }));
	const { id } = server.seedGroup({ type: 'Incident', name: 'Has "quotes" \\', id: '9007199254740993' });
	const first = await search('searchGroups', 'listed');
	expect(first.results).toHaveLength(100);
	// The simulator's links lead to a page that is not the instance: they are left out.
	expect(first.results[0]).toEqual({
		name: 'Listed 000 (Threat, Demo Organization)',
		value: expect.stringMatching(/^\d+$/),
	});
	const second = await search('searchGroups', 'listed', { page: first.paginationToken });
	const third = await search('searchGroups', 'listed', { page: second.paginationToken });
	expect(third.results).toHaveLength(50);
	expect(third.paginationToken).toBeUndefined();
	const all = [...first.results, ...second.results, ...third.results];
	expect(new Set(all.map(({ value }) => value)).size).toBe(250);
	expect((await search('searchGroups', '"quotes" \\')).results).toMatchObject([{ value: id }]);
});

test('owners are those that can be read, or written where a group is written', async () => {
	expect(await namesOf('searchOwners')).toEqual(['Demo Community', 'Demo Organization', 'Read-Only Source']);
	expect(await namesOf('searchWritableOwners')).toEqual(['Demo Community', 'Demo Organization']);
	expect(await namesOf('searchWritableOwners', 'ORG')).toEqual(['Demo Organization']);
});

test('attribute types are those of the type that the form names', async () => {
	expect(await namesOf('searchAttributeTypes', '', { parameters: { type: 'Task' } })).toEqual([
		'Community Reference',
		'Description',
		'Source',
		'Ticket Number',
	]);
	for (const type of ['', '={{ $json.type }}']) {
		expect(await namesOf('searchAttributeTypes', '', { parameters: { type } })).toContain(
			'Phase of Intrusion',
		);
	}
	expect(await namesOf('searchAttributeTypes', 'ticket', { parameters: { type: 'Event' } })).toEqual([
		'Ticket Number',
	]);
});

test('labels, tags, users and types come from the instance', async () => {
	expect(await namesOf('searchSecurityLabels', 'tlp:r')).toEqual(['TLP:RED']);
	expect(await namesOf('searchTags', 'rob')).toEqual(['Robbery']);
	expect((await search('searchUsers', 'jones')).results).toEqual([
		{ name: 'Bob Jones (bjones)', value: '9007199254741013' },
	]);
	expect(await namesOf('searchIndicatorTypes')).toEqual(
		expect.arrayContaining(['Host', 'Bitcoin Address', 'Network Connection']),
	);
	expect(await namesOf('searchArtifactTypes', 'ip')).toEqual(['IP Address']);
	expect(await namesOf('searchEventTypes', 'breach')).toEqual(['Breach']);
});

test('the output fields are those of the instance', async () => {
	expect(await fields()).toEqual(
		expect.arrayContaining([
			expect.objectContaining({ name: 'Associated Groups', value: 'associatedGroups' }),
			expect.objectContaining({ value: 'userDetails' }),
		]),
	);
});

describe('what cannot be listed can be typed', () => {
	test('a firewall that blocks OPTIONS leaves the fields that the node knows', async () => {
		const values = (await fields({ on: older })).map(({ value }) => value);
		expect(values).toEqual(expect.arrayContaining(['tags', 'attributes', 'associatedIndicators']));
	});

	test('a server without event types leaves the documented ones', async () => {
		expect([...(await namesOf('searchEventTypes', '', { on: older }))].sort()).toEqual(
			[...EVENT_TYPES].sort(),
		);
	});

	test.each([
		'searchArtifactTypes',
		'searchAttributeTypes',
		'searchOwners',
		'searchSecurityLabels',
		'searchTags',
		'searchUsers',
		'searchWritableOwners',
	])('%s says so where the key may not list', async (method) => {
		const token = server.credentials.cannotListToken;
		// n8n shows only the message.
		await expect(search(method, '', { token })).rejects.toThrow(
			/^You are not authorized to perform the requested operation\. \w.+\.$/,
		);
	});

	test('indicator types are at least the built-in ones', async () => {
		const token = server.credentials.cannotListToken;
		expect(await namesOf('searchIndicatorTypes', '', { token })).toContain('Host');
	});

	test.each(['searchGroups', 'searchOwners'])('%s says that the credential is wrong', async (method) => {
		await expect(search(method, '', { token: 'APIV2:1:x:2:y' })).rejects.toThrow(/^Unauthorized\. .*token/i);
	});
});

test('the fields of what is associated to a group are those of the type that the form has chosen', async () => {
	const objectFields = async (objectType: string, on = server) => {
		const { context, type } = await connected({ on, parameters: { resource: 'association', objectType } });
		const options = await (type.methods?.loadOptions?.getObjectFields as Load).call(context);
		return options.map(({ value }) => value);
	};
	expect(await objectFields('indicator')).toContain('genericCustomIndicatorValues');
	expect(await objectFields('case')).toEqual([
		'associatedGroups',
		'associatedIndicators',
		'attributes',
		'tags',
	]);
	expect(await objectFields('group')).toContain('associatedVictimAssets');
	expect(await objectFields('={{ $json.type }}')).toEqual(['associatedGroups']);
	expect(await objectFields('indicator', older)).toEqual(['associatedGroups']);
});
