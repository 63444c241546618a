import { parseArgs } from 'node:util';

import { secretOf, Target } from './fuzz';
import { type Finding, secretsIn } from './judge';

/**
 * `npm run fuzz -- --minutes n [--json]`: hostile answers and hostile items; the last line counts what was found in what n8n
 * stores and shows. Fails if anything was.
 */

const { values } = parseArgs({
	options: {
		minutes: { type: 'string', default: '1' },
		/** The findings too are lines of JSON. */
		json: { type: 'boolean', default: false },
		/** Of the first run; each further run has the next one. Runs of one seed are alike. */
		seed: { type: 'string', default: '20261129' },
		/** At most so many runs. */
		runs: { type: 'string', default: 'Infinity' },
		/** Ends at the first finding. */
		first: { type: 'boolean', default: false },
	},
});

/** Runs that are under way: most of their time they wait. */
const SIDE_BY_SIDE = 12;
/** The log, which all runs share, is searched each so many runs, for the secrets of twice as many. */
const LOG_EVERY = 50;

const write = process.stdout.write.bind(process.stdout);
const say = (text: string) => write(`${text}\n`);

/** n8n's log and the console go there. */
const logged: string[] = [];
for (const stream of [process.stdout, process.stderr]) {
	stream.write = (chunk: string | Uint8Array) => {
		logged.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
		return true;
	};
}

async function main(): Promise<void> {
	const until = Date.now() + Number(values.minutes) * 60_000;
	const most = Number(values.runs);
	const total = { runs: 0, secretsFound: 0, liveHtmlFound: 0, crashes: 0 };
	const calls = new Map<string, number>();
	const counted = { secret: 'secretsFound', html: 'liveHtmlFound', crash: 'crashes' } as const;
	const started = Number(values.seed);
	let next = started;
	const isOver = () =>
		Date.now() > until || next - started >= most || (values.first && total.runs > 0 && isFound());
	const isFound = () => total.secretsFound + total.liveHtmlFound + total.crashes > 0;
	const note = (seed: number, title: string, findings: Finding[]) => {
		for (const { kind, where, what } of findings) {
			total[counted[kind]] += 1;
			const run = total.runs;
			say(
				values.json
					? JSON.stringify({ seed, run, title, kind, where, what })
					: `${kind} in ${where} of ${title} (seed ${seed}, run ${run}): ${what}`,
			);
		}
	};
	process.on('unhandledRejection', (reason: unknown) => {
		note(next, 'some run', [{ kind: 'crash', where: 'unhandled rejection', what: String(reason) }]);
	});
	let secrets: string[] = [];
	let logLines = 0;
	const searchLog = () => {
		const lines = logged.splice(0);
		logLines += lines.length;
		const findings = secretsIn(lines, secrets).map((what): Finding => ({
			kind: 'secret',
			where: 'log',
			what,
		}));
		note(next, 'some run', findings);
		secrets = secrets.slice(-2 * LOG_EVERY);
	};
	const worker = async () => {
		const target = await Target.start();
		try {
			while (!isOver()) {
				const seed = next++;
				secrets.push(secretOf(seed));
				const { findings, title } = await target.run(seed);
				total.runs += 1;
				if (total.runs % LOG_EVERY === 0) searchLog();
				calls.set(title, (calls.get(title) ?? 0) + 1);
				note(seed, title, findings);
			}
		} finally {
			await target.stop();
		}
	};
	await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
	searchLog();
	if (!values.json) {
		say(`${logLines} lines of n8n's log`);
		for (const [title, times] of [...calls].sort()) say(`${String(times).padStart(7)} ${title}`);
	}
	say(JSON.stringify(total));
	process.exitCode = isFound() ? 1 : 0;
}

void main();
