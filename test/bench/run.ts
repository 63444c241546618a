import { parseArgs } from 'node:util';
import { Bench, type Figure } from './bench';
import { inN8n } from './inN8n';
import { cancelled, cpu, creates, limited, rising } from './scenarios/creates';
import { pauses } from './scenarios/eventLoop';
import { form } from './scenarios/form';
import { sickService } from './scenarios/sickService';
import { associations, bulkImport, files, getMany, growth, growthOfOthers } from './scenarios/volumes';
import { Snapshot } from './snapshot';
import { asTable } from './table';

const USAGE = `Measures the nodes against what one would take instead, and prints a table.

  --json               print one line of JSON for each figure instead, from which
                       \`tsx test/bench/write.ts <file>\` makes docs/performance.md
  --only <number>      run this scenario alone; may be given several times
  --rounds <number>    measurements of which the median counts (default: 5)
  --n8n                in a real n8n instead: 1,000, 10,000 and 50,000 items, HTTP Request beside it
  --plain              plain HTTP, which the nodes refuse for any service that is not on this machine,
                       instead of HTTPS: what TLS costs
  --quick              one round with fewer items, for trying: its figures mean little
  --help               print this text`;

const OPTIONS = {
	json: { type: 'boolean' },
	only: { type: 'string', multiple: true },
	rounds: { type: 'string', default: '5' },
	quick: { type: 'boolean', default: false },
	plain: { type: 'boolean', default: false },
	n8n: { type: 'boolean', default: false },
	help: { type: 'boolean' },
} as const;

const SCENARIOS: Record<string, (bench: Bench) => Promise<void>> = {
	1: creates,
	2: limited,
	3: rising,
	4: cpu,
	5: getMany,
	6: files,
	7: bulkImport,
	8: growth,
	9: cancelled,
	10: pauses,
	11: sickService,
	12: associations,
	13: growthOfOthers,
	14: form,
};

/** Those of which plain HTTP shows what TLS costs. */
const OVER_TLS = ['1', '2', '3', '4', '5', '8', '9'];

async function runScenarios(bench: Bench, numbers: string[]): Promise<void> {
	for (const number of numbers) {
		const start = Date.now();
		await SCENARIOS[number]?.(bench);
		console.error(`Scenario ${number}: ${Math.round((Date.now() - start) / 1000)} s`);
	}
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) return console.log(USAGE);
	const numbers =
		values.only ?? Object.keys(SCENARIOS).filter((name) => !values.plain || OVER_TLS.includes(name));
	const unknown = numbers.find((number) => !(number in SCENARIOS));
	if (unknown !== undefined) throw new Error(`There is no scenario ${unknown}`);
	const rounds = values.quick ? 1 : Number(values.rounds);
	if (!Number.isInteger(rounds) || rounds < 1) throw new Error('--rounds must be a whole number');

	const figures: Figure[] = [];
	const add = (figure: Figure) => {
		figures.push(figure);
		if (values.json) console.log(JSON.stringify(figure));
	};
	const snapshot = await Snapshot.make();
	try {
		const options = { rounds, quick: values.quick, plain: values.plain };
		const bench = await Bench.start(options, snapshot, add, (text) => console.error(text));
		try {
			await (values.n8n ? inN8n(bench) : runScenarios(bench, numbers));
		} finally {
			bench.stop();
		}
	} finally {
		await snapshot.remove();
	}
	if (!values.json) console.log(asTable(figures));
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
