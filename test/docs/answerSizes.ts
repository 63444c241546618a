import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { operations as attackForge } from '../../nodes/AttackForgeGroup/operations';
import { operations as threatConnect } from '../../nodes/ThreatConnectGroup/operations';
import { callFromAgents } from '../engine/callers';
import { run } from '../engine/harness';
import { ROOT } from './pages';
import { everyOperation, type ServiceNode } from './schemas';

/** How much a model has to read of the answer of each operation: the table of docs/agents.md. */

const START = '<!-- Measured by `npm run docs`. -->';
const END = '<!-- End of the measurements. -->';

const PAGE = 'docs/agents.md';

const SERVICES = {
	threatConnectGroup: { name: 'ThreatConnect', operations: threatConnect },
	attackForgeGroup: { name: 'AttackForge', operations: attackForge },
};

/** @returns whether a tool may choose the fields of the operation's output */
function choosesFields(
	type: ServiceNode,
	{ resource, operation }: { resource?: unknown; operation?: unknown },
) {
	const { operations } = SERVICES[type];
	const one = operations.find((known) => known.resource === resource && known.operation === operation);
	return one?.parameters.some(({ name }) => name === 'output') === true;
}

type Sizes = Map<string, number>;

/** Bytes of JSON that the model gets for one record, by operation. */
async function measure(output: 'raw' | 'simple'): Promise<Sizes> {
	const sizes: Sizes = new Map();
	await everyOperation(async ({ type, parameters, ...more }) => {
		if (!choosesFields(type, parameters)) {
			const { error } = await run({ type, parameters, ...more });
			if (error) throw error;
			return;
		}
		const [json] = more.items ?? [];
		// As a new node has it: nothing is asked for besides.
		const shown = { ...parameters, options: {}, output };
		const called = { type, parameters: shown, credentials: more.credentials };
		const answer = (await callFromAgents(called, json)).map((item) => item.json);
		const { operations, name } = SERVICES[type];
		const operation = operations.find(
			(one) => one.resource === parameters.resource && one.operation === parameters.operation,
		);
		const key = `${name} | ${String(parameters.resource)}: ${operation?.name ?? ''}`;
		sizes.set(key, Buffer.byteLength(JSON.stringify(answer)));
	});
	return sizes;
}

/** A rule of thumb for English and JSON; no tokenizer is needed, and each model has another. */
const tokens = (bytes: number) => Math.ceil(bytes / 4);

/** The table, in Markdown. */
export async function sizesTable(): Promise<string> {
	const [raw, simple] = [await measure('raw'), await measure('simple')];
	const rows = [...raw].map(([key, bytes]) => {
		const small = simple.get(key) ?? 0;
		const saved = Math.round((1 - small / bytes) * 100);
		return `| ${key} | ${bytes} | ${small} | ${tokens(bytes)} | ${tokens(small)} | ${saved} % |`;
	});
	return [
		'| Service | Operation | Raw, bytes | Simplified, bytes | Raw, tokens | Simplified, tokens | Saved |',
		'| --- | --- | ---: | ---: | ---: | ---: | ---: |',
		...rows,
	].join('\n');
}

/** The page with another table. */
export function withSizes(table: string): { path: string; text: string } {
	const page = readFileSync(join(ROOT, PAGE), 'utf8');
	const [before = '', made] = page.split(START);
	const [, after] = page.split(END);
	if (made === undefined || after === undefined)
		throw new Error(`${PAGE} lacks the marks of the measurements`);
	return { path: PAGE, text: `${before}${START}\n\n${table}\n\n${END}${after}` };
}
