import type { IDataObject } from 'n8n-workflow';

import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { withHttpServer } from '../support/httpServer';
import { poll, type PollOptions } from './harness';

let now: number;
let server: ThreatConnectSimulator;
let staticData: IDataObject;

beforeEach(async () => {
	now = Date.parse('2026-11-02T08:00:00Z');
	staticData = {};
	server = await startThreatConnect({ clock: () => now, firstId: '9007199254740993' });
});
afterEach(async () => await server.stop());

const trigger = async (parameters: PollOptions['parameters'] = {}, more: Partial<PollOptions> = {}) =>
	await poll({
		type: 'threatConnectGroupTrigger',
		parameters,
		credentials: { threatConnectApi: { baseUrl: server.url, apiToken: server.credentials.apiToken } },
		staticData,
		...more,
	});

const incident = (name: string, more = {}) => server.seedGroup({ type: 'Incident', name, ...more });
const namesOf = (items: IDataObject[] | null) => items?.map(({ name }) => name);

test('a new group comes out once, with an ID that no other event has', async () => {
	incident('there before');
	expect(await trigger()).toBeNull();
	now += 60_000;
	const { id } = incident('Phishing');
	expect(await trigger()).toEqual([
		{
			event: 'created',
			eventId: `${id}-created`,
			eventTime: '2026-11-02T08:01:00Z',
			id,
			name: 'Phishing',
			type: 'Incident',
			ownerName: 'Demo Organization',
			dateAdded: '2026-11-02T08:01:00Z',
			lastModified: '2026-11-02T08:01:00Z',
			webLink: expect.any(String) as string,
		},
	]);
	expect(await trigger()).toBeNull();
});

test('a quiet poll costs one request', async () => {
	incident('there before');
	await trigger();
	server.requests.length = 0;
	await trigger();
	expect(server.requests).toHaveLength(1);
});

test.each([true, false])(
	'a server that sends smaller pages than were asked for, and says so: %s, loses no group and doubles none',
	async (saysMore) => {
		await server.stop();
		server = await startThreatConnect({ clock: () => now, pageCap: { rows: 10, saysMore } });
		const incidents = (name: string) =>
			Array.from({ length: 25 }, (_, count) => incident(`${name} ${count}`));
		incidents('there before');
		expect(await trigger()).toBeNull();
		now += 60_000;
		const names = incidents('new').map(({ name }) => name);
		expect(namesOf(await trigger())).toEqual(names);
		expect(await trigger()).toBeNull();
	},
);

test('the first group of an empty instance comes out', async () => {
	expect(await trigger()).toBeNull();
	incident('the first');
	expect(namesOf(await trigger())).toEqual(['the first']);
});

test('a group that was changed comes out again, and with both events each state comes out once', async () => {
	const parameters = { event: 'createdOrUpdated' };
	await trigger(parameters);
	now += 60_000;
	const { id } = incident('a', { lastModified: '2026-11-02T08:02:00Z' });
	now += 60_000;
	expect((await trigger(parameters))?.map(({ eventId }) => eventId)).toEqual([`${id}-created`]);
	now += 60_000;
	server.seedGroup({
		id,
		type: 'Incident',
		name: 'b',
		dateAdded: '2026-11-02T08:01:00Z',
		lastModified: '2026-11-02T08:03:00Z',
	});
	expect((await trigger(parameters))?.map(({ eventId }) => eventId)).toEqual([
		`${id}-updated-2026-11-02T08:03:00Z`,
	]);
});

test('groups since a date come out in order, as many per poll as was chosen', async () => {
	for (const name of ['a', 'b', 'c', 'd', 'e']) {
		incident(name);
		now += 3_600_000;
	}
	const parameters = { start: 'since', since: '2026-11-02T09:00:00Z', options: { maxItems: 2 } };
	expect(namesOf(await trigger(parameters))).toEqual(['b', 'c']);
	expect(namesOf(await trigger(parameters))).toEqual(['d', 'e']);
	expect(await trigger(parameters)).toBeNull();
});

test('more groups in one minute than a page holds come out in order', async () => {
	server.seedGroups(450, (index) => ({
		type: 'Incident',
		name: `n${index}`,
		dateAdded: `2026-11-02T07:30:${String(59 - (index % 60)).padStart(2, '0')}Z`,
	}));
	const parameters = { start: 'since', since: '2026-11-01', options: { maxItems: 100 } };
	const times: unknown[] = [];
	for (let items = await trigger(parameters); items; items = await trigger(parameters)) {
		times.push(...items.map(({ eventTime }) => eventTime));
	}
	expect(times).toHaveLength(450);
	expect(times).toEqual([...times].sort());
});

test('Fetch Test Event shows the newest matches and remembers nothing', async () => {
	for (const name of ['a', 'b', 'c', 'd']) {
		incident(name);
		now += 60_000;
	}
	server.seedGroup({ type: 'Threat', name: 'another type' });
	const parameters = { filters: { typeName: ['Incident'] } };
	expect(namesOf(await trigger(parameters, { mode: 'manual' }))).toEqual(['b', 'c', 'd']);
	expect(staticData).toEqual({});
});

test('Fetch Test Event says what it looked for when there is nothing', async () => {
	await expect(trigger({ filters: { tag: 'Nobody' } }, { mode: 'manual' })).rejects.toMatchObject({
		message: 'No group has been created that matches tag = "Nobody", among the newest 100',
	});
});

test('of two polls at once, the second hands over nothing', async () => {
	await trigger();
	now += 60_000;
	incident('Phishing');
	const both = await Promise.all([trigger(), trigger()]);
	expect(both.map(namesOf)).toEqual([['Phishing'], undefined]);
	const ofTwoNodes = await Promise.all([
		trigger({}, { staticData: {} }),
		trigger({}, { staticData: {}, nodeId: 'another' }),
	]);
	expect(ofTwoNodes).toEqual([null, null]);
});

test("a poll that is refused keeps its state, says what to do, and gives the reason in n8n's terms", async () => {
	await trigger();
	const before = JSON.stringify(staticData);
	now += 60_000;
	incident('Phishing');
	const credentials = { threatConnectApi: { baseUrl: server.url, apiToken: 'wrong' } };
	await expect(trigger({}, { credentials })).rejects.toMatchObject({
		message: expect.not.stringContaining('[item') as string,
		description: expect.stringContaining('credential') as string,
		failure: { cause: 'credential-invalid' },
	});
	expect(JSON.stringify(staticData)).toBe(before);
	expect(namesOf(await trigger())).toEqual(['Phishing']);
});

test('other filters start over from that moment, and an expression in them does not', async () => {
	await trigger({ filters: { nameContains: '={{ $now.toMillis() > 0 ? "a" : "b" }}' } });
	now += 60_000;
	incident('a1');
	expect(
		namesOf(await trigger({ filters: { nameContains: '={{ $now.toMillis() > 0 ? "a" : "b" }}' } })),
	).toEqual(['a1']);
	now += 60_000;
	incident('b1');
	expect(await trigger({ filters: { nameContains: 'b' } })).toBeNull();
	now += 60_000;
	incident('b2');
	expect(namesOf(await trigger({ filters: { nameContains: 'b' } }))).toEqual(['b2']);
});

test('a larger overlap brings nothing again', async () => {
	await trigger();
	for (const name of ['a', 'b']) {
		now += 600_000;
		incident(name);
		expect(namesOf(await trigger())).toEqual([name]);
	}
	expect(await trigger({ options: { overlap: 1440 } })).toBeNull();
});

test('the raw answer is available on request', async () => {
	await trigger({ simplify: false });
	now += 60_000;
	incident('Phishing');
	expect(await trigger({ simplify: false })).toEqual([
		expect.objectContaining({ event: 'created', upVoteCount: '0', ownerId: expect.anything() as unknown }),
	]);
});

test('groups of ignored users do not come out', async () => {
	const { userName } = incident('there before').createdBy as { userName: string };
	const parameters = { options: { ignoreCreatedBy: `somebody, ${userName}` } };
	await trigger(parameters);
	now += 60_000;
	incident('mine');
	expect(await trigger(parameters)).toBeNull();
	expect(namesOf(await trigger({ options: { ignoreCreatedBy: 'somebody' } }))).toEqual(['mine']);
});

test('works in versions of n8n that do not tell how long a poll may take', async () => {
	expect(await trigger({}, { budget: null })).toBeNull();
	now += 60_000;
	incident('Phishing');
	expect(namesOf(await trigger({}, { budget: null }))).toEqual(['Phishing']);
});

test('activated again, it goes on where it was, or begins from now on if that was chosen', async () => {
	await trigger();
	now += 86_400_000;
	incident('meanwhile');
	const kept = JSON.stringify(staticData);
	expect(namesOf(await trigger({}, { activation: 'activate' }))).toEqual(['meanwhile']);
	staticData = JSON.parse(kept) as IDataObject;
	const fromNow = { options: { reactivation: 'now' } };
	expect(await trigger(fromNow, { activation: 'activate' })).toBeNull();
	now += 60_000;
	incident('later');
	// n8n is restarted.
	expect(namesOf(await trigger(fromNow, { activation: 'init' }))).toEqual(['later']);
});

test('n8n is told how long ThreatConnect asked to wait', async () => {
	await trigger();
	await withHttpServer(
		(_request, response) => void response.writeHead(429, { 'retry-after': '900' }).end('{}'),
		async (url) => {
			const credentials = { threatConnectApi: { baseUrl: url, apiToken: 'any' } };
			await expect(trigger({}, { credentials })).rejects.toMatchObject({
				failure: { cause: 'rate-limited', retryAfterMs: expect.any(Number) as number },
			});
		},
	);
});

test.each([
	['no list', '{"status": "Success"}'],
	['a group whose time is no date', '{"status": "Success", "data": [{"id": 1, "dateAdded": "soon"}]}'],
	['a page that is none of ThreatConnect', '<html>Sign in</html>'],
])('an answer with %s moves nothing', async (_what, body) => {
	await trigger();
	const before = JSON.stringify(staticData);
	const { state } = staticData as { state: { lookedFor: string } };
	await withHttpServer(
		(_request, response) => void response.setHeader('content-type', 'application/json').end(body),
		async (url) => {
			const credentials = { threatConnectApi: { baseUrl: url, apiToken: 'any' } };
			await expect(trigger({}, { credentials })).rejects.toThrow();
		},
	);
	expect(JSON.stringify(staticData)).toBe(before);
	expect(state.lookedFor).not.toBe('');
});

test.each([
	['is lost', {}],
	['is of another version', { state: { cursor: '2026-11-02' } }],
	['is damaged', { state: { lookedFor: 1, start: null, timelines: [] } }],
	['is no object', { state: 'x' }],
])('where what n8n keeps %s, it starts over from now on', async (_what, kept) => {
	incident('there before');
	staticData = structuredClone(kept);
	expect(await trigger()).toBeNull();
	now += 60_000;
	incident('new');
	expect(namesOf(await trigger())).toEqual(['new']);
});

test('a clock of ThreatConnect that is set back by less than the overlap loses nothing', async () => {
	await trigger();
	incident('before');
	await trigger();
	now -= 240_000;
	incident('after');
	expect(namesOf(await trigger())).toEqual(['after']);
	now += 600_000;
	incident('later');
	expect(namesOf(await trigger())).toEqual(['later']);
});

test('groups of two owners come out beside each other', async () => {
	const owners = { tql: 'ownerName in ("Demo Organization", "Demo Community")' };
	await trigger(owners);
	now += 60_000;
	incident('ours');
	incident('theirs', { ownerName: 'Demo Community' });
	expect(namesOf(await trigger(owners))).toEqual(['ours', 'theirs']);
});

test.each([
	{ seen: { '5': 3 } },
	{ seen: { '5': null } },
	{ readFrom: 1e20 },
	{ readFrom: -1 },
	{ doneBefore: 1e15 },
])('a state that is no longer whole (%j) makes the trigger start over', async (wrong) => {
	await trigger();
	const state = staticData.state as { timelines: { created: IDataObject } };
	incident('a');
	staticData = { state: { ...state, timelines: { created: { ...state.timelines.created, ...wrong } } } };
	expect(await trigger()).toBeNull();
	now += 60_000;
	incident('b');
	expect(namesOf(await trigger())).toEqual(['b']);
});

test('a group without its ID is an error, and moves nothing', async () => {
	await withHttpServer(
		(_request, response) =>
			void response
				.setHeader('content-type', 'application/json')
				.end('{"status":"Success","data":[{"dateAdded":"2026-11-02T08:00:00Z"}]}'),
		async (url) => {
			const credentials = { threatConnectApi: { baseUrl: url, apiToken: 'any' } };
			await expect(trigger({ start: 'since', since: '2026-11-01' }, { credentials })).rejects.toMatchObject({
				message: 'ThreatConnect listed a group without its ID',
			});
		},
	);
	expect(staticData).toEqual({});
});

test('Fetch Test Event that finds none says among how many it has looked', async () => {
	incident('a', { dateAdded: '2026-11-01T08:00:00Z', lastModified: '2026-11-01T09:00:00Z' });
	server.seedGroups(100, (index) => ({ type: 'Incident', name: `n${index}` }));
	await expect(trigger({ event: 'updated' }, { mode: 'manual' })).rejects.toMatchObject({
		message: 'No group has been updated that matches (no filters), among the newest 100',
	});
});
