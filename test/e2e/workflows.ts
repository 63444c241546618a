import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Finding } from './expected';
import type { Execution, Item, Session, Workflow } from './n8n';
import { credentialsOf, type Stage } from './stage';

export const EXAMPLES = resolve(__dirname, '../../examples');

/** @param name the name of a file in `examples/`, without `.json` */
export const example = (name: string) =>
	JSON.parse(readFileSync(join(EXAMPLES, `${name}.json`), 'utf8')) as Workflow;

export const TRIGGER = 'When clicking ‘Execute workflow’';

/** Adds the credentials under the names that the examples look for. */
export async function addCredentials({ session, threatConnect, attackForge }: Stage): Promise<void> {
	for (const { name, type, data } of credentialsOf({ threatConnect, attackForge })) {
		await session.addCredential(name, type, data);
	}
	const { accessId, secretKey } = threatConnect.credentials;
	const hmac = { baseUrl: threatConnect.url, accessId, secretKey };
	await session.addCredential('ThreatConnect HMAC account', 'threatConnectHmacApi', hmac);
}

/** Imports a workflow and runs it by hand. */
export async function runByHand(session: Session, workflow: Workflow): Promise<Execution> {
	return await session.runWorkflow(await session.addWorkflow(workflow), TRIGGER);
}

/** The findings of `findings-to-groups`, as its first node has them. */
export function findingsOf(workflow: Workflow): Finding[] {
	const node = workflow.nodes.find(({ type }) => type === 'n8n-nodes-base.set');
	const { jsonOutput } = node?.parameters as { jsonOutput: string };
	return (JSON.parse(jsonOutput) as { findings: Finding[] }).findings;
}

/** The output of a node in its last run. */
export function itemsOf({ nodes }: Execution, node: string, output = 0): Item[] {
	return nodes[node]?.at(-1)?.data?.main[output] ?? [];
}

/** What failed in an execution, in words; nothing if all succeeded. */
export function failuresOf({ error, nodes }: Execution): string[] {
	return [
		...(error ? [`The execution failed: ${error.message} ${error.description ?? ''}`] : []),
		...Object.entries(nodes).flatMap(([name, runs]) =>
			runs.flatMap((run) =>
				run.error ? [`${name}: ${run.error.message} ${run.error.description ?? ''}`] : [],
			),
		),
	];
}

const PACKAGE = 'n8n-nodes-threatconnect-attackforge';

export const THREATCONNECT = `${PACKAGE}.threatConnectGroup`;
export const ATTACKFORGE = `${PACKAGE}.attackForgeGroup`;

type NodeSpec = {
	name: string;
	type: string;
	parameters?: Record<string, unknown>;
	/** Names of the credentials by type; default: those of `addCredentials` that the node's type needs. */
	credentials?: Record<string, string>;
	typeVersion?: number;
	onError?: string;
};

const USUAL: Record<string, Record<string, string>> = {
	[THREATCONNECT]: { threatConnectApi: 'ThreatConnect account' },
	[ATTACKFORGE]: { attackForgeApi: 'AttackForge account' },
};

/** A workflow that starts by hand and runs nodes one after the other. */
export function workflowOf(name: string, ...nodes: NodeSpec[]): Workflow {
	const start: NodeSpec = { name: TRIGGER, type: 'n8n-nodes-base.manualTrigger' };
	const all = [start, ...nodes];
	return {
		name,
		nodes: all.map(({ parameters = {}, credentials, typeVersion = 1, ...node }, index) => ({
			...node,
			id: `${name}-${index}`,
			typeVersion,
			parameters,
			position: [index * 220, 0],
			// n8n finds the credentials by name.
			credentials: Object.fromEntries(
				Object.entries(credentials ?? USUAL[node.type] ?? {}).map(([type, credential]) => [
					type,
					{ id: `unknown-${type}`, name: credential },
				]),
			),
		})),
		connections: Object.fromEntries(
			all
				.slice(1)
				.map((node, index) => [
					all[index]?.name ?? '',
					{ main: [[{ node: node.name, type: 'main', index: 0 }]] },
				]),
		),
		settings: { executionOrder: 'v1' },
	};
}
