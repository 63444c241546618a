import { parseArgs } from 'node:util';

import { FAULT_KINDS } from '../simulators/shared/faults';
import { FIGURES, type Figures, isGood, sum } from './account';
import { type Job, type JobResult, runJob } from './jobs';
import type { Operation } from './services';

const USAGE = `Sends items through the nodes while a part of all requests meets a fault, and counts in the services' own records
what came of it. Nothing may be lost, doubled, unaccounted for or have other content, and 99 of 100 items must go through.

  --seeds <number>     runs, each with other faults (default: 5); the last one over HTTPS
  --creates <number>   items of each run that create, for each service (default: 2000)
  --updates <number>   ... that update (default: 2000)
  --upserts <number>   ... that create or update (default: 500)
  --share <number>     part of the requests that meets a fault (default: 0.3333)
  --parallel <number>  operations at the same time, each with a simulator of its own (default: 8)
  --json               print one line of JSON last
  --help               print this text`;

const OPTIONS = {
	seeds: { type: 'string', default: '5' },
	creates: { type: 'string', default: '2000' },
	updates: { type: 'string', default: '2000' },
	upserts: { type: 'string', default: '500' },
	share: { type: 'string', default: '0.3333' },
	parallel: { type: 'string', default: '8' },
	json: { type: 'boolean', default: false },
	help: { type: 'boolean', default: false },
} as const;

function numberOf(name: string, text: string): number {
	const value = Number(text);
	if (!Number.isFinite(value) || value < 0) throw new Error(`--${name} must be a number, not "${text}"`);
	return value;
}

type Done = { job: Job; result: JobResult };

/** Runs as many jobs at once as requested, because jobs mostly wait. */
async function runAll(jobs: readonly Job[], atOnce: number): Promise<Done[]> {
	const done: Done[] = [];
	let next = 0;
	const worker = async () => {
		for (let job = jobs[next++]; job; job = jobs[next++]) {
			const result = await runJob(job);
			done.push({ job, result });
			console.error(
				`seed ${job.faults.seed}, ${titleOf(job)}: ${job.items} items in ${Math.round(result.seconds)} s`,
			);
		}
	};
	await Promise.all(Array.from({ length: atOnce }, worker));
	return done;
}

const NAMES = { threatConnect: 'ThreatConnect', attackForge: 'AttackForge' };
const titleOf = ({ by, service, operation }: Job) =>
	`${by === 'node' ? '' : 'HTTP Request, '}${NAMES[service]} ${operation}`;

function jobsOf(seeds: number, share: number, items: Record<Operation, number>): Job[] {
	const operations = ['create', 'update', 'upsert'] as const;
	return Array.from({ length: seeds }, (_, index): Job[] => {
		const seed = index + 1;
		const tls = seed === seeds && seeds > 1;
		const services = ['attackForge', 'threatConnect'] as const;
		const job = (service: (typeof services)[number], operation: Operation, by: Job['by']): Job => ({
			service,
			operation,
			by,
			tls,
			items: items[operation],
			faults: {
				// Each operation meets its own faults.
				seed: seed * 100 + operations.indexOf(operation),
				share,
				// HTTP Request would wait for the rest of such a response for ever.
				...(by === 'httpRequest' && { kinds: FAULT_KINDS.filter((kind) => kind !== 'cutOff') }),
			},
		});
		return services.flatMap((service) => [
			...operations.map((operation) => job(service, operation, 'node')),
			job(service, 'create', 'httpRequest'),
		]);
	})
		.flat()
		.filter((job) => job.items > 0);
}

const figuresOf = (done: readonly Done[]): Figures => sum(done.map(({ result }) => result.figures));

const HEADS: Record<keyof Figures, string> = {
	sent: 'Sent',
	succeeded: 'Succeeded',
	reportedFailed: 'Said failed',
	reportedUnknown: 'Said unknown',
	lost: 'Lost',
	doubled: 'Doubled',
	unaccounted: 'Unaccounted',
	wrongContent: 'Wrong content',
};

/** A table in Markdown. */
function table(heads: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
	const widths = heads.map((head, column) =>
		Math.max(head.length, ...rows.map((cells) => cells[column]?.length ?? 0)),
	);
	const line = (cells: readonly string[]) =>
		`| ${cells.map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0))).join(' | ')} |`;
	const rule = `| ${widths.map((width, n) => '-'.repeat(width - (n === 0 ? 0 : 1)) + (n === 0 ? '' : ':')).join(' | ')} |`;
	return [line(heads), rule, ...rows.map(line)].join('\n');
}

function resultTable(done: readonly Done[]): string {
	const titles = [...new Set(done.map(({ job }) => titleOf(job)))].sort(
		(a, b) => Number(a.startsWith('HTTP')) - Number(b.startsWith('HTTP')) || b.localeCompare(a),
	);
	return table(
		['', ...FIGURES.map((name) => HEADS[name])],
		titles.map((title) => {
			const figures = figuresOf(done.filter(({ job }) => titleOf(job) === title));
			return [title, ...FIGURES.map((name) => figures[name].toLocaleString('en'))];
		}),
	);
}

function faultTable(done: readonly Done[]): string {
	const met = new Map<string, number>();
	for (const { result } of done) {
		for (const [kind, count] of Object.entries(result.faults)) met.set(kind, (met.get(kind) ?? 0) + count);
	}
	const sorted = [...met].sort(([, a], [, b]) => b - a);
	return table(
		['Fault', 'Met'],
		sorted.map(([kind, count]) => [kind, count.toLocaleString('en')]),
	);
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) return console.log(USAGE);
	const items = {
		create: numberOf('creates', values.creates),
		update: numberOf('updates', values.updates),
		upsert: numberOf('upserts', values.upserts),
	};
	const seeds = numberOf('seeds', values.seeds);
	const jobs = jobsOf(seeds, numberOf('share', values.share), items);
	const by = (who: Job['by']) => jobs.filter((job) => job.by === who);
	// HTTP Request runs alone, because it does not slow down. Beside other jobs, this machine would cause its time-outs.
	const done = [
		...(await runAll(by('node'), numberOf('parallel', values.parallel))),
		...(await runAll(by('httpRequest'), 1)),
	];
	const of = (who: Job['by'], service?: Job['service']) =>
		done.filter(({ job }) => job.by === who && (service === undefined || job.service === service));
	const totals = {
		threatConnect: figuresOf(of('node', 'threatConnect')),
		attackForge: figuresOf(of('node', 'attackForge')),
		httpRequest: figuresOf(of('httpRequest')),
	};
	console.log(`${resultTable(done)}\n\n${faultTable(done)}\n`);
	const errors = new Set(of('node').flatMap(({ result }) => result.errors));
	for (const error of [...errors].sort()) console.log(`- ${error}`);
	const good = isGood(totals.threatConnect) && isGood(totals.attackForge);
	console.log(good ? '\nNothing lost, nothing twice.' : '\nNOT as required.');
	if (values.json) console.log(JSON.stringify(totals));
	if (!good) process.exitCode = 1;
}

main().catch((error: unknown) => {
	console.error(error);
	process.exitCode = 1;
});
