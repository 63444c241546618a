import type { RequestListener } from 'node:http';

import { account, type Figures } from '../faults/account';
import { outcomesOf } from '../faults/jobs';
import { SERVICES, type ServiceName, type Stage } from '../faults/services';
import { startHttpServer } from '../support/httpServer';
import { TcpProxy } from '../support/tcpProxy';
import { run, type RunOptions } from './harness';

/**
 * Failures in the middle of a run: the network breaks, the execution is cancelled, a response is huge or never ends.
 */

const services: ServiceName[] = ['threatConnect', 'attackForge'];
const WELL = { lost: 0, doubled: 0, unaccounted: 0, wrongContent: 0 };

/**
 * Creates records through a TCP proxy that `during` starts and stops. `arrived` resolves when the service has received
 * that number of requests.
 */
async function creating(
	service: ServiceName,
	count: number,
	during: (network: TcpProxy, arrived: (requests: number) => Promise<void>, stage: Stage) => Promise<void>,
	more: Partial<RunOptions> = {},
): Promise<{ figures: Figures; requests: number }> {
	const stage = await SERVICES[service]({});
	const network = new TcpProxy(stage.server.url);
	try {
		await network.start();
		const credentials = Object.fromEntries(
			Object.entries(stage.credentials).map(([type, data]) => [type, { ...data, baseUrl: network.url }]),
		);
		const sent = Array.from({ length: count }, (_, n) => stage.item('create', n));
		const { requests } = stage.server;
		const arrived = async (least: number) => {
			while (requests.length < least) await new Promise((resolve) => setTimeout(resolve, 2));
		};
		const [result] = await Promise.all([
			run({
				type: stage.node,
				parameters: {
					resource: 'group',
					operation: 'create',
					...stage.parameters.create,
				},
				credentials,
				items: sent.map(({ json }) => json),
				onError: 'continueErrorOutput',
				...more,
			}),
			during(network, arrived, stage),
		]);
		return { figures: account(sent, outcomesOf(result), stage.stored()), requests: requests.length };
	} finally {
		await network.stop();
		await stage.server.stop();
	}
}

describe.each(services)('%s:', (service) => {
	test('a service that is away for two seconds and comes back costs no item', async () => {
		const { figures } = await creating(service, 60, async (network, arrived) => {
			await arrived(20);
			await network.stop();
			await new Promise((resolve) => setTimeout(resolve, 2000));
			await network.start();
		});
		expect(figures).toMatchObject({ sent: 60, succeeded: 60, ...WELL });
	});

	test('a service that stops half-way leaves each item with one correct outcome', async () => {
		const { figures } = await creating(service, 40, async (network, arrived) => {
			await arrived(15);
			await network.stop();
		});
		expect(figures).toMatchObject({ sent: 40, ...WELL });
		const { succeeded, reportedFailed, reportedUnknown } = figures;
		expect(succeeded).toBeGreaterThan(0);
		expect(reportedFailed).toBeGreaterThan(0);
		expect(succeeded + reportedFailed + reportedUnknown).toBe(40);
	});

	test('an execution that is cancelled half-way sends nothing more, and leaves each item with one outcome', async () => {
		let cancel = () => {};
		const { figures, requests } = await creating(
			service,
			200,
			async (_network, arrived) => {
				await arrived(30);
				cancel();
			},
			{ onStart: (stop) => (cancel = stop) },
		);
		expect(requests).toBeLessThan(200);
		expect(figures).toMatchObject({ sent: 200, ...WELL });
		expect(figures.reportedFailed).toBeGreaterThan(0);
	});
});

/** Creates groups at a server that gives every request the same response. */
async function creatingAt(listener: RequestListener, items: object[], options: object = {}) {
	const server = await startHttpServer((request, response) => {
		request.resume();
		listener(request, response);
	});
	try {
		return await run({
			type: 'threatConnectGroup',
			parameters: {
				resource: 'group',
				operation: 'create',
				type: 'Threat',
				name: 'x',
				options: { assignXid: false, ...options },
			},
			items: items as RunOptions['items'],
			credentials: { threatConnectApi: { baseUrl: server.url, apiToken: 'token' } },
			onError: 'continueErrorOutput',
		});
	} finally {
		// The node has to close its connections.
		await server.drain();
	}
}

const FIFTY_MB = 50_000_000;

describe('an answer of 50 MB', () => {
	test('that is a group comes out whole', async () => {
		const description = 'd'.repeat(FIFTY_MB);
		const { items, errors } = await creatingAt(
			(_request, response) =>
				response
					.writeHead(201, { 'content-type': 'application/json' })
					.end(JSON.stringify({ status: 'Success', data: { id: 1, description } })),
			[{}, {}],
		);
		expect(errors).toEqual([]);
		expect(items.map(({ json }) => [json.id, String(json.description).length])).toEqual([
			[1, FIFTY_MB],
			[1, FIFTY_MB],
		]);
	});

	test("that is a proxy's page fails each item with a message that can be read", async () => {
		const { items, errors } = await creatingAt(
			(_request, response) =>
				response.writeHead(502).end(`<html>${'<p>Bad gateway</p>'.repeat(FIFTY_MB / 18)}`),
			[{}, {}],
		);
		expect(items).toEqual([]);
		expect(errors).toHaveLength(2);
		for (const { json } of errors) {
			expect(json.error).toMatch(/502 Bad Gateway: Bad gateway Bad gateway/);
			expect(JSON.stringify(json).length).toBeLessThan(2000);
		}
	});
});

test('an answer that trickles for ever is given up, and its connection is closed', async () => {
	let [last, standstill] = [Date.now(), 0];
	const beat = setInterval(() => {
		standstill = Math.max(standstill, Date.now() - last);
		last = Date.now();
	}, 50);
	const { items, errors } = await creatingAt(
		(_request, response) => {
			response.writeHead(201, { 'content-type': 'application/json' }).write('{"status":');
			const drip = setInterval(() => response.write(' '), 100);
			response.on('close', () => clearInterval(drip));
		},
		[{}],
		{ timeout: 0.5 },
	);
	clearInterval(beat);
	expect(items).toEqual([]);
	expect(errors.map(({ json }) => [json.error, json.message])).toEqual([
		[
			// If this process stops for half a second, the node takes that for a pause in the response.
			expect.stringMatching(
				standstill < 300 ? /did not answer within 2\.5 seconds/ : /did not answer within (2\.5|0\.5) seconds/,
			),
			expect.stringContaining('may or may not have been created'),
		],
	]);
});
