import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Execution, Item, Session, Workflow } from './n8n';
import { credentialsOf, type Stage } from './stage';

export const EXAMPLES = resolve(__dirname, '../../examples');

/** @param name of a file in `examples/`, without `.json` */
export const example = (name: string) =>
	JSON.parse(readFileSync(join(EXAMPLES, `${name}.json`), 'utf8')) as Workflow;

export const TRIGGER = 'When clicking ‘Execute workflow’';

/** Under the names that the examples look for. */
export async function addCredentials({ session, threatConnect, attackForge }: Stage): Promise<void> {
	for (const { name, type, data } of credentialsOf({ threatConnect, attackForge })) {
		await session.addCredential(name, type, data);
	}
}

/** Imports a workflow and runs it by hand. */
export async function runByHand(session: Session, workflow: Workflow): Promise<Execution> {
	return await session.runWorkflow(await session.addWorkflow(workflow), TRIGGER);
}

/** What a node gave out in its last run, on one of its outputs. */
export function itemsOf({ nodes }: Execution, node: string, output = 0): Item[] {
	return nodes[node]?.at(-1)?.data?.main[output] ?? [];
}

/** What went wrong in an execution, in words; nothing when all went well. */
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
