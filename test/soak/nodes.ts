import { setTimeout as pause } from 'node:timers/promises';

import { run, type Credentials } from '../engine/harness';
import type { Operation, ServiceName } from '../faults/services';

/**
 * The process that holds the nodes. It runs workflows until it is told to stop, and reports its state once a minute.
 */

type Orders = {
	minutes: number;
	/** Milliseconds between two measurements. */
	every: number;
	services: Record<ServiceName, { credentials: Credentials; ids: string[] }>;
};

export type Measurement = {
	minute: number;
	heapMiB: number;
	rssMiB: number;
	items: number;
	failed: number;
	/** What the process holds open, by kind. */
	open: Record<string, number>;
};

const collect = (globalThis as { gc?: () => void }).gc;
const MIB = 1024 * 1024;

const NODES: Record<ServiceName, string> = {
	threatConnect: 'threatConnectGroup',
	attackForge: 'attackForgeGroup',
};
const ITEMS = 100;
/** The smallest number of measurements. */
const LEAST = 5;

let items = 0;
let failed = 0;
let round = 0;

/** The input of item n. Items of a create-or-update name the same records again and again. */
function itemOf(service: ServiceName, operation: Operation | 'get', n: number, ids: string[]) {
	const groupId = ids[n % ids.length];
	if (operation === 'get') return { groupId };
	const name = operation === 'create' ? `created ${round} ${n}` : `record ${n}`;
	const fields =
		service === 'threatConnect'
			? { name, status: n % 2 ? 'New' : 'Open', tags: 'Phishing' }
			: {
					name,
					group_owner: `Owner ${round}`,
					primary_contact_name: 'Paul Citizen',
					primary_contact_number: '(555)555-5555',
					primary_contact_email: 'paul.citizen@example.com',
					custom_fields: { client_code: `${operation} ${operation === 'create' ? round : ''} ${n}` },
				};
	return { ...fields, groupId, key: `key-${n}` };
}

const parameters: Record<ServiceName, object> = {
	threatConnect: { type: 'Incident', dataMode: 'autoMap', matchBy: 'xid', groupXid: '={{ $json.key }}' },
	attackForge: { dataMode: 'autoMap', matchBy: 'customField', matchKey: 'client_code' },
};

async function workflow(service: ServiceName, operation: Operation | 'get', orders: Orders): Promise<void> {
	const { credentials, ids } = orders.services[service];
	const result = await run({
		type: NODES[service],
		parameters: {
			resource: 'group',
			operation,
			...parameters[service],
			groupId: '={{ $json.groupId }}',
		},
		credentials,
		items: Array.from({ length: ITEMS }, (_, n) => itemOf(service, operation, n, ids)),
		onError: 'continueErrorOutput',
	});
	if (result.error) throw result.error;
	items += result.items.length;
	failed += result.errors.length;
}

async function measure(minute: number): Promise<void> {
	// Twice, because memory that finalizers release in the first run is freed only in the second.
	for (let times = 0; times < 2; times++) {
		collect?.();
		await pause(50);
	}
	const open: Record<string, number> = {};
	for (const kind of process.getActiveResourcesInfo()) open[kind] = (open[kind] ?? 0) + 1;
	const { heapUsed, rss } = process.memoryUsage();
	process.send?.({
		minute,
		heapMiB: heapUsed / MIB,
		rssMiB: rss / MIB,
		items,
		failed,
		open,
	} satisfies Measurement);
}

const OPERATIONS = ['create', 'update', 'upsert', 'get'] as const;

/** Runs all operations at once, and then pauses. During the pause nothing may be open. */
async function soak(orders: Orders): Promise<void> {
	const start = Date.now();
	const end = start + orders.minutes * 60_000;
	let next = start;
	let taken = 0;
	// On a slow machine this runs longer than requested, because too few measurements would show nothing.
	while (Date.now() < end || taken < LEAST) {
		round += 1;
		await Promise.all(
			(['threatConnect', 'attackForge'] as const).flatMap((service) =>
				OPERATIONS.map(async (operation) => await workflow(service, operation, orders)),
			),
		);
		if (Date.now() < next) continue;
		await measure((Date.now() - start) / 60_000);
		taken += 1;
		next += orders.every;
	}
	process.disconnect();
}

// At the end of `soak`, or when the parent process has ended.
process.once('disconnect', () => process.exit());
process.on('message', (orders: Orders) => {
	soak(orders).catch((error: unknown) => {
		console.error(error);
		process.exit(1);
	});
});
