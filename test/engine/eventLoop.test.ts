import { startAttackForge, type AttackForgeSimulator } from '../simulators/attackforge';
import { startThreatConnect, type ThreatConnectSimulator } from '../simulators/threatconnect';
import { attackForgeNode, CONTACTS, type RunNode, threatConnectNode } from './support';

/** n8n serves webhooks, the editor and health checks while a node reads and checks thousands of items. */

let threatConnect: ThreatConnectSimulator;
let attackForge: AttackForgeSimulator;
let nodes: { threatConnect: RunNode; attackForge: RunNode };
beforeAll(async () => {
	[threatConnect, attackForge] = await Promise.all([startThreatConnect(), startAttackForge()]);
	nodes = { threatConnect: threatConnectNode(threatConnect), attackForge: attackForgeNode(attackForge) };
});
afterAll(async () => await Promise.all([threatConnect.stop(), attackForge.stop()]));

const ITEMS = 2000;

/** The last item is invalid. In stop mode all items are read and checked, and nothing is sent. */
const items = Array.from({ length: ITEMS }, (_, index) => ({
	name: `n${index}`,
	date: index === ITEMS - 1 ? '03/04/2026' : '2026-04-03',
	email: index === ITEMS - 1 ? ['a', { b: 1 }] : 'a@example.com',
}));

const form = {
	type: 'Incident',
	name: '={{ $json.name + "" }}',
	status: '={{ "Open" }}',
	additionalFields: {
		eventDate: '={{ $json.date }}',
		externalId: '={{ $json.name.toUpperCase() }}',
		ownerName: '={{ "Demo " + "Organization" }}',
	},
};

/**
 * Runs `running` while another task asks for its turn again and again.
 *
 * @returns the longest time without a turn, as a part of the whole time
 */
async function watch(running: () => Promise<unknown>) {
	let longest = 0;
	const start = performance.now();
	let last = start;
	let isRunning = true;
	const turn = () => {
		const now = performance.now();
		longest = Math.max(longest, now - last);
		last = now;
		if (isRunning) setImmediate(turn);
	};
	turn();
	try {
		await running();
	} finally {
		isRunning = false;
		turn();
	}
	const whole = last - start;
	return { whole, longestShare: longest / whole };
}

const LAST = `[item ${ITEMS - 1}]`;

test.each([
	['ThreatConnect: Create', 'threatConnect', 'create', form],
	['ThreatConnect: Bulk Import', 'threatConnect', 'bulkImport', form],
	[
		'AttackForge: Create',
		'attackForge',
		'create',
		{ ...CONTACTS, name: '={{ $json.name }}', primary_contact_email: '={{ $json.email }}' },
	],
] as const)(
	'%s: others get their turn while thousands of items are read before the first is sent, and an invalid one stops all',
	async (_what, service, operation, parameters) => {
		const server = service === 'threatConnect' ? threatConnect : attackForge;
		const before = server.requests.length;
		// One item first, so that the loading of modules is not measured.
		await nodes[service](operation, parameters, { items: items.slice(0, 1), onError: 'continueErrorOutput' });
		const sent = server.requests.length - before;
		const { longestShare } = await watch(async () => {
			const { error } = await nodes[service](operation, parameters, { items });
			expect(error?.message).toContain(LAST);
			expect(error?.description).toContain('Nothing was sent for any item.');
		});
		expect(server.requests.length - before).toBe(sent);
		expect(longestShare).toBeLessThan(0.5);
	},
);

test('an execution that is cancelled while its items are read ends before all are read, and sends nothing', async () => {
	const before = threatConnect.requests.length;
	const { whole } = await watch(async () => await nodes.threatConnect('create', form, { items }));
	const cancelled = await watch(async () => {
		const { error, status } = await nodes.threatConnect('create', form, {
			items: items.slice(0, -1),
			onStart: (cancel) => setTimeout(cancel, whole / 10),
		});
		expect(status).toBe('canceled');
		expect(error?.message).toContain('The execution was cancelled');
	});
	expect(threatConnect.requests.slice(before)).toEqual([]);
	expect(cancelled.whole).toBeLessThan(whole / 2);
});

test('a run that continues after errors gives other tasks their turn, also when no item can be sent', async () => {
	const before = threatConnect.requests.length;
	const { longestShare } = await watch(async () => {
		const { errors } = await nodes.threatConnect(
			'create',
			{ ...form, additionalFields: { ...form.additionalFields, eventDate: '={{ "03/04/2026" }}' } },
			{ items, onError: 'continueErrorOutput' },
		);
		expect(errors).toHaveLength(ITEMS);
	});
	expect(threatConnect.requests).toHaveLength(before);
	expect(longestShare).toBeLessThan(0.5);
});

test.each(['getAll', 'upsert'])(
	'AttackForge: others get their turn while %s answers each of thousands of items from one list',
	async (operation) => {
		const groups = Array.from({ length: 500 }, (_, index) =>
			attackForge.seedGroup({ ...CONTACTS, name: `${operation} ${index}` }),
		);
		const input = Array.from({ length: ITEMS }, (_, index) => ({
			name: groups[index % groups.length]?.name,
		}));
		const { longestShare } = await watch(async () => {
			const { items: found } = await nodes.attackForge(
				operation,
				operation === 'getAll'
					? { scope: 'all', returnAll: true, filters: { nameIs: '={{ $json.name }}' } }
					: { ...CONTACTS, matchBy: 'name', name: '={{ $json.name }}' },
				{ items: input, onError: 'continueErrorOutput' },
			);
			expect(found).toHaveLength(ITEMS);
		});
		expect(longestShare).toBeLessThan(0.25);
	},
);
