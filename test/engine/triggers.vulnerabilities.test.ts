import type { IDataObject } from 'n8n-workflow';

import {
	type AttackForgeOptions,
	type AttackForgeSimulator,
	startAttackForge,
} from '../simulators/attackforge';
import { withHttpServer } from '../support/httpServer';
import { poll, type PollOptions } from './harness';

/** The AttackForge trigger's events of vulnerabilities. */

let now: number;
let server: AttackForgeSimulator;
let group: string;
let staticData: IDataObject;

async function begin(options: AttackForgeOptions = {}): Promise<void> {
	server = await startAttackForge({ clock: () => now, ...options });
	group = server.seedGroup({ name: 'ACME Corp.' }).id;
}

beforeEach(() => {
	now = Date.parse('2026-11-02T08:00:00Z');
	staticData = {};
});
afterEach(async () => await server.stop());

const both = ['vulnerabilityCreated', 'vulnerabilityUpdated'];

const trigger = async (parameters: PollOptions['parameters'] = {}, more: Partial<PollOptions> = {}) =>
	await poll({
		type: 'attackForgeGroupTrigger',
		parameters: { events: both, vulnerabilityGroups: [group], ...parameters },
		credentials: { attackForgeApi: { baseUrl: server.url, apiKey: server.credentials.apiKey } },
		staticData,
		...more,
	});

const at = (time = now) => new Date(time).toISOString();
function found(title: string, more = {}, of = group): string {
	const times = { created: at(), modified: at() };
	return server.seedVulnerabilities(of, 1, { title, ...times, ...more })[0]?.id ?? '';
}
const titlesOf = (items: IDataObject[] | null) =>
	items?.map(({ event, vulnerability_title: title }) => `${String(title)} ${String(event)}`);

test('a new vulnerability comes out once, and a changed one again, with what tells each from every other event', async () => {
	await begin();
	found('there before');
	expect(await trigger()).toBeNull();
	now += 61_500;
	const id = found('SQL injection');
	expect(await trigger()).toEqual([
		{
			event: 'vulnerabilityCreated',
			eventId: `${id}-vulnerabilityCreated`,
			eventTime: '2026-11-02T08:01:01.500Z',
			vulnerability_id: id,
			vulnerability_title: 'SQL injection',
			vulnerability_priority: expect.any(String) as string,
			vulnerability_status: 'Open',
			vulnerability_created: '2026-11-02T08:01:01.500Z',
			vulnerability_modified: '2026-11-02T08:01:01.500Z',
			vulnerability_affected_asset_name: 'www.example.com',
			vulnerability_projects: [expect.objectContaining({ name: 'A project of ACME Corp.' })],
			groupId: group,
		},
	]);
	expect(await trigger()).toBeNull();
	now += 60_000;
	server.changeVulnerability(id, { status: 'Closed', modified: at() });
	expect(await trigger()).toMatchObject([
		{ eventId: `${id}-vulnerabilityUpdated-2026-11-02T08:02:01.500Z`, vulnerability_status: 'Closed' },
	]);
	expect(await trigger()).toBeNull();
});

test('a poll costs one request for each chosen group, and asks for nothing that is older than the overlap and a minute', async () => {
	await begin();
	const other = server.seedGroup({ name: 'Globex' }).id;
	server.seedVulnerabilities(group, 700);
	await trigger({ vulnerabilityGroups: [group, other] });
	server.requests.length = 0;
	now += 60_000;
	await trigger({ vulnerabilityGroups: [group, other] });
	expect(server.requests.map(({ target }) => target.split('?')[0])).toEqual([
		`/api/ss/groups/${group}/vulnerabilities`,
		`/api/ss/groups/${other}/vulnerabilities`,
	]);
	const [{ target = '' } = {}] = server.requests;
	expect(new URL(target, server.url).searchParams.get('q')).toBe(
		'{ $or: [ { created: { $gte: datetime("2026-11-02 07:54") } }, { modified: { $gte: datetime("2026-11-02 07:54") } } ] }',
	);
	expect(JSON.stringify(staticData).length).toBeLessThan(500);
});

test('events of groups are asked for only where they are chosen, and come beside those of vulnerabilities', async () => {
	await begin({ grants: ['GetVulnerabilitiesByGroup'] });
	expect(await trigger()).toBeNull();
	await server.stop();
	await begin();
	staticData = {};
	const events = ['created', 'vulnerabilityCreated'];
	expect(await trigger({ events })).toBeNull();
	now += 60_000;
	found('XSS');
	server.seedGroup({ name: 'Globex' });
	expect((await trigger({ events }))?.map(({ event }) => event)).toEqual(['vulnerabilityCreated', 'created']);
});

test('a key that may not list vulnerabilities moves nothing, and says what to grant', async () => {
	await begin({ grants: ['GetGroups'] });
	await expect(trigger()).rejects.toMatchObject({
		description: expect.stringContaining('GetVulnerabilitiesByGroup') as string,
		failure: { cause: 'credential-invalid' },
	});
	expect(staticData).toEqual({});
});

test('a vulnerability of projects of two chosen groups comes out once', async () => {
	await begin();
	const other = server.seedGroup({ name: 'Globex' }).id;
	server.seedProject({ name: 'Shared', groups: [group, other] });
	const parameters = { vulnerabilityGroups: `${group}, ${other}` };
	await trigger(parameters);
	now += 60_000;
	found('XSS');
	now += 60_000;
	expect(titlesOf(await trigger(parameters))).toEqual(['XSS vulnerabilityCreated']);
	expect(await trigger(parameters)).toBeNull();
});

test('what appears in one group while another is read is not lost, whatever the overlap', async () => {
	let beforeSecond = () => {};
	let requests = 0;
	await begin({ hooks: { beforeRequest: () => (requests++ === 1 ? beforeSecond() : undefined) } });
	const other = server.seedGroup({ name: 'Globex' }).id;
	const parameters = { vulnerabilityGroups: [group, other], options: { overlap: 0 } };
	await trigger(parameters);
	now += 60_000;
	requests = 0;
	beforeSecond = () => {
		now += 2000;
		found('in the first');
		now += 2000;
		found('in the second', {}, other);
	};
	const first = titlesOf(await trigger(parameters)) ?? [];
	beforeSecond = () => {};
	now += 60_000;
	expect([...first, ...(titlesOf(await trigger(parameters)) ?? [])]).toEqual([
		'in the first vulnerabilityCreated',
		'in the second vulnerabilityCreated',
	]);
});

test('one that is released long after it was created comes out as updated', async () => {
	await begin();
	const id = found('pending', { pending: true });
	await trigger();
	now += 86_400_000;
	found('another');
	expect(titlesOf(await trigger())).toEqual(['another vulnerabilityCreated']);
	now += 86_400_000;
	server.changeVulnerability(id, { pending: false, modified: at() });
	expect(titlesOf(await trigger())).toEqual(['pending vulnerabilityUpdated']);
});

test('those that are there come out on request, in order, as many a poll as was chosen', async () => {
	await begin();
	server.seedVulnerabilities(group, 5);
	const parameters = { events: ['vulnerabilityCreated'], start: 'existing', options: { maxItems: 2 } };
	const times: unknown[] = [];
	for (let items = await trigger(parameters); items; items = await trigger(parameters)) {
		expect(items.length).toBeLessThanOrEqual(2);
		times.push(...items.map(({ eventTime }) => eventTime));
	}
	expect(times).toHaveLength(5);
	expect(times).toEqual([...times].sort());
});

test('those that are there come out once, although an event is added', async () => {
	await begin();
	server.seedVulnerabilities(group, 2);
	const parameters = { events: ['vulnerabilityCreated'], start: 'existing' };
	expect(await trigger(parameters)).toHaveLength(2);
	now += 600_000;
	expect(await trigger({ ...parameters, events: both })).toBeNull();
	now += 60_000;
	found('new');
	expect(titlesOf(await trigger({ ...parameters, events: both }))).toEqual(['new vulnerabilityCreated']);
});

/** A poll of a service that lists these. */
const triggerWith = async (...vulnerabilities: IDataObject[]) => {
	let items: IDataObject[] | null = null;
	await withHttpServer(
		(_request, response) =>
			void response.setHeader('content-type', 'application/json').end(JSON.stringify({ vulnerabilities })),
		async (url) => {
			const credentials = { attackForgeApi: { baseUrl: url, apiKey: 'any' } };
			items = await trigger({ start: 'existing' }, { credentials });
		},
	);
	return items;
};

test('one without a time of its last change has not been updated', async () => {
	await begin();
	const one = { vulnerability_id: 'a', vulnerability_title: 'a', vulnerability_created: at() };
	expect(titlesOf(await triggerWith({ ...one, vulnerability_modified: null }))).toEqual([
		'a vulnerabilityCreated',
	]);
});

test('one without its ID is an error, and moves nothing', async () => {
	await begin();
	await expect(triggerWith({ vulnerability_created: at() })).rejects.toMatchObject({
		message: 'AttackForge listed a vulnerability without its ID',
	});
	expect(staticData).toEqual({});
});

test('a service that does not know the filter brings nothing that is old', async () => {
	await begin({ ignoresQuery: true });
	server.seedVulnerabilities(group, 20);
	expect(await trigger()).toBeNull();
	now += 60_000;
	found('new');
	expect(titlesOf(await trigger())).toEqual(['new vulnerabilityCreated']);
	expect(await trigger()).toBeNull();
});

test('other groups start over from that moment', async () => {
	await begin();
	await trigger();
	const other = server.seedGroup({ name: 'Globex' }).id;
	now += 600_000;
	found('old', {}, other);
	now += 1000;
	expect(await trigger({ vulnerabilityGroups: [other] })).toBeNull();
	now += 60_000;
	found('new', {}, other);
	expect(titlesOf(await trigger({ vulnerabilityGroups: [other] }))).toEqual(['new vulnerabilityCreated']);
});

test('it begins by the clock of AttackForge, not of n8n', async () => {
	now = Date.now() - 3 * 3_600_000;
	await begin();
	found('there before');
	expect(await trigger()).toBeNull();
	now += 60_000;
	found('new');
	expect(titlesOf(await trigger())).toEqual(['new vulnerabilityCreated']);
});

test('a Date header that is somewhat ahead of the times of vulnerabilities loses none, whatever the overlap', async () => {
	await begin();
	found('there before');
	const parameters = { options: { overlap: 0 } };
	now += 50_000;
	await trigger(parameters);
	now -= 40_000;
	found('new');
	now += 40_000;
	expect(titlesOf(await trigger(parameters))).toEqual(['new vulnerabilityCreated']);
});

test.each([
	['no group', [], '"Group Names or IDs" (vulnerabilityGroups) is empty'],
	['what is no ID', ['ACME'], '"Group Names or IDs" (vulnerabilityGroups) cannot be "ACME"'],
])('%s is refused before anything is sent', async (_what, vulnerabilityGroups, message) => {
	await begin();
	await expect(trigger({ vulnerabilityGroups })).rejects.toMatchObject({ message });
	expect(server.requests).toHaveLength(0);
});

test('Fetch Test Event shows the newest of the chosen groups, or says that there is none', async () => {
	await begin();
	await expect(trigger({}, { mode: 'manual' })).rejects.toMatchObject({
		message: 'AttackForge lists no vulnerability of the chosen groups',
	});
	server.seedVulnerabilities(group, 5);
	expect(titlesOf(await trigger({}, { mode: 'manual' }))).toEqual([
		'Vulnerability 3 vulnerabilityCreated',
		'Vulnerability 4 vulnerabilityCreated',
		'Vulnerability 5 vulnerabilityCreated',
	]);
	expect(staticData).toEqual({});
});
