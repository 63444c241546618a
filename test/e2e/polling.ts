import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { PACKAGE_NAME, type Session, type Workflow } from './n8n';
import { until } from './running';

/** Workflows that a trigger starts, and what they tell of what came out. */

const MINUTE = 60_000;

/** n8n polls once a minute and Poll Time at most; with one at each third second of the minute, nobody waits for long. */
export const EVERY_THREE_SECONDS = {
	item: Array.from({ length: 20 }, (_, index) => ({
		mode: 'custom',
		cronExpression: `${index * 3} * * * * *`,
	})),
};

export type Recorder = {
	url: string;
	/** How often each `eventId` has come. */
	counts: Map<string, number>;
	stop(): Promise<void>;
};

/** Takes the `eventId` of each item that a workflow sends it. */
export async function startRecorder(): Promise<Recorder> {
	const counts = new Map<string, number>();
	const server = createServer((request, response) => {
		const id = new URL(request.url ?? '', 'http://recorder').searchParams.get('eventId') ?? '';
		counts.set(id, (counts.get(id) ?? 0) + 1);
		request.resume();
		response.setHeader('connection', 'close').setHeader('content-type', 'application/json').end('{}');
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const stop = async () => await new Promise<void>((done) => void server.close(() => done()));
	return { url: `http://127.0.0.1:${port}`, counts, stop };
}

export const THREATCONNECT_TRIGGER = `${PACKAGE_NAME}.threatConnectGroupTrigger`;
export const ATTACKFORGE_TRIGGER = `${PACKAGE_NAME}.attackForgeGroupTrigger`;

/** A trigger whose items are sent to the recorder one by one. */
export function triggerWorkflow(
	name: string,
	trigger: { type: string; parameters: Record<string, unknown>; credentials: Record<string, unknown> },
	recorder: Recorder,
): Workflow {
	return {
		name,
		nodes: [
			{
				...trigger,
				id: `${name}-trigger`,
				name: 'Trigger',
				typeVersion: 1,
				position: [0, 0],
				parameters: { pollTimes: EVERY_THREE_SECONDS, ...trigger.parameters },
			},
			{
				id: `${name}-record`,
				name: 'Record',
				type: 'n8n-nodes-base.httpRequest',
				typeVersion: 4.2,
				position: [220, 0],
				parameters: {
					method: 'POST',
					url: `=${recorder.url}/?eventId={{ encodeURIComponent($json.eventId) }}`,
					options: {},
				},
			},
		],
		connections: { Trigger: { main: [[{ node: 'Record', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

/**
 * Activates a workflow in any version of n8n, and waits for its first poll. n8n may run it after its response.
 *
 * @param service the service that the trigger polls
 */
export async function activate(
	session: Session,
	id: string,
	service: { requests: readonly unknown[] },
): Promise<void> {
	const before = service.requests.length;
	try {
		await session.publishWorkflow(id);
	} catch (error) {
		// n8n 1.x publishes nothing.
		if (!/with 404/.test(String(error))) throw error;
		const { versionId } = await session.call('GET', `/rest/workflows/${id}`);
		await session.call('PATCH', `/rest/workflows/${id}`, { active: true, versionId });
	}
	await until(() => service.requests.length > before, MINUTE);
	if (service.requests.length === before) throw new Error('n8n has not polled within a minute');
	for (let count = 0; count !== service.requests.length; await sleep(1_000)) count = service.requests.length;
}

export const deactivate = async (session: Session, id: string): Promise<void> => {
	await session.call('POST', `/rest/workflows/${id}/deactivate`, {});
};
