import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { PACKAGE_NAME, type Session, type Workflow } from './n8n';

/** Workflows that a trigger starts, and what they tell of what came out. */

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

/** Takes the `eventId`s that a workflow sends it: one array of an execution. */
export async function startRecorder(): Promise<Recorder> {
	const counts = new Map<string, number>();
	const server = createServer((request, response) => {
		let body = '';
		request.on('data', (chunk: Buffer) => (body += chunk.toString()));
		request.on('end', () => {
			for (const id of JSON.parse(body) as string[]) counts.set(id, (counts.get(id) ?? 0) + 1);
			response.setHeader('connection', 'close').setHeader('content-type', 'application/json').end('{}');
		});
	});
	server.listen(0, '127.0.0.1');
	await once(server, 'listening');
	const { port } = server.address() as AddressInfo;
	const stop = async () => await new Promise<void>((done) => void server.close(() => done()));
	return { url: `http://127.0.0.1:${port}`, counts, stop };
}

export const THREATCONNECT_TRIGGER = `${PACKAGE_NAME}.threatConnectGroupTrigger`;
export const ATTACKFORGE_TRIGGER = `${PACKAGE_NAME}.attackForgeGroupTrigger`;

/** A trigger that tells the recorder of its items. */
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
					url: recorder.url,
					sendBody: true,
					specifyBody: 'json',
					jsonBody: "={{ JSON.stringify($('Trigger').all().map(({ json }) => json.eventId)) }}",
					options: {},
				},
				executeOnce: true,
			},
		],
		connections: { Trigger: { main: [[{ node: 'Record', type: 'main', index: 0 }]] } },
		settings: { executionOrder: 'v1' },
	};
}

/** Activates a workflow in any version of n8n; the first poll has ended when this returns. */
export async function activate(session: Session, id: string): Promise<void> {
	try {
		await session.publishWorkflow(id);
	} catch (error) {
		// n8n 1.x publishes nothing.
		if (!/with 404/.test(String(error))) throw error;
		const { versionId } = await session.call('GET', `/rest/workflows/${id}`);
		await session.call('PATCH', `/rest/workflows/${id}`, { active: true, versionId });
	}
}

export const deactivate = async (session: Session, id: string): Promise<void> => {
	await session.call('POST', `/rest/workflows/${id}/deactivate`, {});
};
