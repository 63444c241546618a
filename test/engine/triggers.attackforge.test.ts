import type { IDataObject } from 'n8n-workflow';

import { type AttackForgeSimulator, startAttackForge } from '../simulators/attackforge';
import { poll, type PollOptions } from './harness';
import { withHttpServer } from '../support/httpServer';
import { attackForgeNode } from './support';

let server: AttackForgeSimulator;
let staticData: IDataObject;
const all = { events: ['created', 'changed', 'removed'] };

beforeEach(async () => {
	staticData = {};
	server = await startAttackForge();
});
afterEach(async () => await server.stop());

const trigger = async (parameters: PollOptions['parameters'] = all, more: Partial<PollOptions> = {}) =>
	await poll({
		type: 'attackForgeGroupTrigger',
		parameters,
		credentials: { attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } },
		staticData,
		...more,
	});
const namesOf = (items: IDataObject[] | null) => items?.map(({ name }) => name);

test('a new group comes out once, and a changed one with what has changed', async () => {
	server.seedGroup({ name: 'there before' });
	expect(await trigger()).toBeNull();
	const { id } = server.seedGroup({ name: 'ACME Corp.' });
	expect(await trigger()).toMatchObject([
		{
			event: 'created',
			eventId: `${id}-created`,
			id,
			name: 'ACME Corp.',
			eventTime: expect.any(String) as string,
		},
	]);
	expect(await trigger()).toBeNull();
	await attackForgeNode(server)('update', {
		groupId: id,
		dataMode: 'json',
		jsonBody: '{"name":"ACME","group_owner":"Jane"}',
	});
	expect(await trigger()).toMatchObject([
		{
			event: 'changed',
			eventId: expect.stringMatching(new RegExp(`^${id}-changed-[0-9a-f]{8}$`)) as string,
			changedKeys: ['group_owner', 'name'],
			name: 'ACME',
		},
	]);
	expect(await trigger()).toBeNull();
});

test('a poll costs one request, and its state is small', async () => {
	for (let index = 0; index < 200; index++) server.seedGroup({ name: `Group ${index}` });
	await trigger();
	server.requests.length = 0;
	await trigger();
	expect(server.requests).toHaveLength(1);
	expect(JSON.stringify(staticData).length / 200).toBeLessThan(110);
});

test('groups that already exist come out on request, as many per poll as was chosen', async () => {
	for (const name of ['a', 'b', 'c']) server.seedGroup({ name });
	const parameters = { ...all, start: 'existing', options: { maxItems: 2 } };
	expect(namesOf(await trigger(parameters))).toEqual(['a', 'b']);
	expect(namesOf(await trigger(parameters))).toEqual(['c']);
	expect(await trigger(parameters)).toBeNull();
});

test('a change of the events does not start over', async () => {
	await trigger({ events: ['removed'] });
	server.seedGroup({ name: 'a' });
	expect(await trigger({ events: ['removed'] })).toBeNull();
	server.seedGroup({ name: 'b' });
	expect(namesOf(await trigger({ events: ['created'] }))).toEqual(['b']);
});

test('a key that may not list groups moves nothing, and says what to grant', async () => {
	await trigger();
	const before = JSON.stringify(staticData);
	const other = await startAttackForge({ grants: ['GetGroup'] });
	const credentials = { attackForgeApi: { baseUrl: other.url, apiKey: other.credentials.apiKey } };
	await expect(trigger(all, { credentials })).rejects.toMatchObject({
		description: expect.stringContaining('GetGroups') as string,
		failure: { cause: 'credential-invalid' },
	});
	await other.stop();
	expect(JSON.stringify(staticData)).toBe(before);
});

test('Fetch Test Event shows a few groups and remembers nothing, or says that there is none', async () => {
	await expect(trigger(all, { mode: 'manual' })).rejects.toMatchObject({
		message: 'AttackForge lists no group',
	});
	for (const name of ['a', 'b', 'c', 'd']) server.seedGroup({ name });
	expect(namesOf(await trigger(all, { mode: 'manual' }))).toEqual(['b', 'c', 'd']);
	expect(staticData).toEqual({});
});

test('a list that is suddenly empty is an error where removals are looked for, and no group counts as removed', async () => {
	const ids = ['a', 'b', 'c'].map((name) => server.seedGroup({ name }).id);
	await trigger();
	const before = JSON.stringify(staticData);
	for (const id of ids) server.seedGroup({ id, is_deleted: true });
	await expect(trigger()).rejects.toMatchObject({
		message: 'AttackForge lists no group any more, although it listed 3 before',
	});
	expect(JSON.stringify(staticData)).toBe(before);
	expect(await trigger({ events: ['created'] })).toBeNull();
});

test('a list that was empty by mistake makes no group a new one', async () => {
	const created = { events: ['created', 'changed'] };
	const ids = ['a', 'b', 'c'].map((name) => server.seedGroup({ name }).id);
	await trigger(created);
	for (const id of ids) server.seedGroup({ id, is_deleted: true });
	for (let polls = 0; polls < 3; polls++) expect(await trigger(created)).toBeNull();
	for (const [index, id] of ids.entries()) server.seedGroup({ id, name: 'abc'[index], is_deleted: false });
	server.seedGroup({ name: 'd' });
	expect(namesOf(await trigger(created))).toEqual(['d']);
});

test.each([
	['no list', '{"groups": "none"}', 'AttackForge answered with success, but without its groups'],
	[
		'a group without its ID',
		'{"groups": [{"group_name": "a"}]}',
		'AttackForge listed a group without its ID',
	],
	['a failure in an answer of success', '{"status": "error", "error": "Busy"}', 'Busy'],
])('an answer with %s moves nothing', async (_what, body, message) => {
	server.seedGroup({ name: 'a' });
	await trigger();
	const before = JSON.stringify(staticData);
	await withHttpServer(
		(_request, response) => void response.setHeader('content-type', 'application/json').end(body),
		async (url) => {
			const credentials = { attackForgeApi: { baseUrl: url, apiKey: 'any' } };
			const sameState = { staticData: JSON.parse(before) as IDataObject };
			await expect(trigger(all, { credentials, ...sameState })).rejects.toMatchObject({
				message: expect.stringContaining(message) as string,
			});
			expect(JSON.stringify(sameState.staticData)).toBe(before);
		},
	);
});

test('activated again, it goes on where it was, or begins from now on if that was chosen', async () => {
	await trigger();
	server.seedGroup({ name: 'meanwhile' });
	const kept = JSON.stringify(staticData);
	expect(namesOf(await trigger(all, { activation: 'activate' }))).toEqual(['meanwhile']);
	staticData = JSON.parse(kept) as IDataObject;
	const fromNow = { ...all, options: { reactivation: 'now' } };
	expect(await trigger(fromNow, { activation: 'activate' })).toBeNull();
	server.seedGroup({ name: 'later' });
	expect(namesOf(await trigger(fromNow, { activation: 'init' }))).toEqual(['later']);
});

test('groups that were there come out once, although another parameter changes', async () => {
	server.seedGroup({ name: 'a' });
	const parameters = { ...all, start: 'existing' };
	expect(namesOf(await trigger(parameters))).toEqual(['a']);
	const others = { ...parameters, options: { cf_key_blocklist: 'secret' } };
	expect(await trigger(others)).toBeNull();
	server.seedGroup({ name: 'b' });
	expect(namesOf(await trigger(others))).toEqual(['b']);
	expect(await trigger(all)).toBeNull();
	expect(namesOf(await trigger(parameters))).toEqual(['a', 'b']);
});

test.each([{ prints: { a: 1 } }, { prints: { a: null } }, { counts: { a: 'x' } }])(
	'a state that is no longer whole (%j) makes the trigger start over',
	async (wrong) => {
		await trigger();
		const { snapshot, ...state } = staticData.state as { snapshot: IDataObject };
		server.seedGroup({ name: 'a' });
		staticData = { state: { ...state, snapshot: { ...snapshot, ...wrong } } };
		expect(await trigger()).toBeNull();
		server.seedGroup({ name: 'b' });
		expect(namesOf(await trigger())).toEqual(['b']);
	},
);
