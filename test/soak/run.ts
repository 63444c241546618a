import { fork } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import type { Credentials } from '../engine/harness';
import { SERVICES, type ServiceName } from '../faults/services';
import { judge } from './judge';
import type { Measurement } from './nodes';

const USAGE = `Runs both nodes for a long time at full concurrency against both simulators, which are in a process of their own,
and prints what the process of the nodes holds: memory after a garbage collection, and what is open.

  --minutes <number>   default: 10
  --json               print one line of JSON last
  --help               print this text`;

const OPTIONS = {
	minutes: { type: 'string', default: '10' },
	json: { type: 'boolean', default: false },
	help: { type: 'boolean', default: false },
} as const;

const RECORDS = 100;

const show = ({ minute, heapMiB, rssMiB, items, failed, open }: Measurement) =>
	[
		`${minute.toFixed(1).padStart(5)} min`,
		`heap ${heapMiB.toFixed(1).padStart(6)} MiB`,
		`resident ${rssMiB.toFixed(0).padStart(4)} MiB`,
		`${items.toLocaleString('en').padStart(9)} items`,
		`${failed} failed`,
		`open: ${Object.entries(open)
			.map(([kind, count]) => `${kind} ${count}`)
			.join(', ')}`,
	].join('  ');

/** Runs the nodes in a process of their own until they have finished. */
async function measured(orders: object): Promise<Measurement[]> {
	const measurements: Measurement[] = [];
	const child = fork(join(__dirname, 'nodes.ts'), {
		execArgv: [...process.execArgv, '--expose-gc'],
		env: { ...process.env, N8N_LOG_LEVEL: 'silent' },
	});
	child.on('message', (measurement: Measurement) => {
		measurements.push(measurement);
		console.log(show(measurement));
	});
	child.send(orders);
	const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
	if (code !== 0) throw new Error(`The process of the nodes ended with ${code}`);
	return measurements;
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) return console.log(USAGE);
	const minutes = Number(values.minutes);
	if (!(minutes > 0)) throw new Error(`--minutes must be a number, not "${values.minutes}"`);
	const names = Object.keys(SERVICES) as ServiceName[];
	const stages = await Promise.all(names.map(async (name) => await SERVICES[name]({})));
	try {
		const services: Record<string, { credentials: Credentials; ids: string[] }> = {};
		stages.forEach((stage, index) => {
			for (let n = 0; n < RECORDS; n++) stage.item('update', n);
			services[names[index] ?? ''] = {
				credentials: stage.credentials,
				ids: stage.stored().map(({ id }) => id),
			};
		});
		const every = Math.min(60_000, (minutes * 60_000) / 6);
		const measurements = await measured({ minutes, every, services });
		const faults = judge(measurements);
		console.log(faults.length === 0 ? '\nNothing grows, nothing is left open.' : `\n${faults.join('\n')}`);
		if (values.json) console.log(JSON.stringify({ measurements, faults }));
		if (faults.length > 0) process.exitCode = 1;
	} finally {
		await Promise.all(stages.map(async ({ server }) => await server.stop()));
	}
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
