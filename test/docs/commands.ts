import { CommandFailed, plainEnvironment, run, start, stop } from '../e2e/processes';
import { blocksOf, proseOf, read, ROOT } from './pages';

/** A command that a document tells its reader to run. */
export type Command = {
	/** Without options, e.g. `npm run bench` or `npx jest test/engine/items.test.ts`. */
	base: string;
	/** Its options and arguments. */
	args: string[];
	/** As the document has it. */
	text: string;
};

/** Tools of every system, which stand between our commands. */
const TOOL = /^(grep|sed|cd|git clone) /;

/** Environment variables before a command. */
const VARIABLES = /^(?:(?:export )?[A-Z_\d]+=(?:<[^>]*>|\S*) *)+/;

function commandOf(line: string): Command | undefined {
	const text = line.replace(VARIABLES, '').trim();
	const [plain = ''] = text.split(/ > /);
	const match = /^(npm run [\w:-]+|npm [a-z]+|npx \S+ [\w./-]+|n8n [\w:]+)(?: --)?(?: (.*))?$/.exec(plain);
	if (!match) return undefined;
	const [, base = '', args = ''] = match;
	return { base, args: args.split(/\s+/).filter(Boolean), text };
}

/** In a line of text, `-- --keep` belongs to the command before it. */
function inText(line: string): string[] {
	const found: string[] = [];
	let last = '';
	for (const [, code = ''] of line.matchAll(/`([^`]+)`/g)) {
		if (/^(npm|npx|n8n) /.test(code)) found.push((last = code));
		else if (code.startsWith('-- ') && last !== '') found.push(`${last} ${code}`);
	}
	return found;
}

/** The lines of a document's shell blocks. Continued lines are joined, and comments are left out. */
export const shellLinesOf = (document: string): string[] =>
	blocksOf(document)
		.filter(({ language }) => ['sh', 'bash', 'shell', 'console'].includes(language))
		.flatMap(({ text }) => text.replace(/\\\n */g, '').split('\n'))
		.map((line) => line.replace(/(^| +)#.*$/, '').trim())
		.filter((line) => line !== '');

/** The commands of a document, and the lines of its shell blocks that are not commands. */
export function commandsOf(document: string): { commands: Command[]; others: string[] } {
	const commands: Command[] = [];
	const others: string[] = [];
	for (const line of shellLinesOf(document).flatMap((one) => one.split(' && '))) {
		const command = commandOf(line);
		if (command) commands.push(command);
		else if (TOOL.test(line)) continue;
		else if (!VARIABLES.test(`${line} `) || line.replace(VARIABLES, '') !== '') others.push(line);
	}
	for (const line of proseOf(document).split('\n')) {
		commands.push(...inText(line.replace(/\\\|/g, '|')).flatMap((one) => commandOf(one) ?? []));
	}
	return { commands, others };
}

/** The commands that `.ci/run` runs, and those that these commands run through package.json. */
export function commandsOfCi(): Set<string> {
	const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
	const named = (text: string) => text.match(/\bnpm (?:run [\w:-]+|ci|test|pack)(?![\w:-])/g) ?? [];
	const found = new Set(named(read('.ci/run').replace(/^\s*#.*$/gm, '')));
	for (const command of found) {
		for (const one of named(scripts[command.replace(/^npm (run )?/, '')] ?? '')) found.add(one);
	}
	return found;
}

/** How another command is tried, in a copy of the working tree. It gets less work than a reader would give it. */
export type Trial = {
	/** `base` of the documented command. */
	of: string;
	run: string;
	/** What the command must print. */
	says: RegExp;
	/** Whether the command runs until it is ended. It is ended after it has printed `says`. */
	endless?: boolean;
};

/** Tried by test/unit/docs.commands.test.ts. */
export const CHEAP: Trial[] = [
	{ of: 'npm run simulators', run: 'npm run simulators', says: /Press Ctrl\+C to stop/, endless: true },
	{
		of: 'npx jest test/engine/items.test.ts',
		run: "npx jest test/engine/items.test.ts -t 'paired'",
		says: /^Tests: .* [1-9]\d* passed/m,
	},
];

/** Tried by test/e2e/commands.e2e.ts, in this order. `$TREE` is the copied working tree. */
export const DEAR: Trial[] = [
	{
		of: 'npm run docs',
		run: 'npm run docs && diff -r nodes "$TREE/nodes" && diff -r docs "$TREE/docs" && echo Nothing differs',
		says: /Nothing differs/,
	},
	{
		of: 'npm run lint:fix',
		// All tests would take minutes.
		run: [
			'mkdir fix',
			'cp -r --parents nodes credentials test/lint test/*.mjs test/*.json test/unit/url.test.ts *.json *.mjs .prettier* fix',
			'cd fix && ln -s "$TREE/node_modules"',
			"sed -i 's/return await /return /' nodes/AttackForgeGroup/api/client.ts",
			'! diff -rq nodes "$TREE/nodes"',
			'npm run lint:fix',
			'diff -r nodes "$TREE/nodes" && cd .. && rm -r fix && echo Nothing differs',
		].join(' && '),
		says: /Nothing differs/,
	},
	{ of: 'npm pack', run: 'npm pack', says: /n8n-nodes-threatconnect-attackforge-\d.*\.tgz/ },
	// `npm test` runs the whole coverage. This twelfth of it is below the floor.
	{ of: 'npm run coverage', run: 'npm run coverage -- --shard 1/12; true', says: /^All files/m },
	{
		of: 'npm run faults',
		run: 'npm run faults -- --seeds 1 --share 0.05 --creates 20 --updates 20 --upserts 10',
		says: /Nothing lost, nothing twice/,
	},
	{
		of: 'npm run triggers',
		run: 'npm run triggers -- --seeds 1 --groups 200',
		says: /Nothing missed, nothing doubled, all in order/,
	},
	{
		// One run of each cell of one operation.
		of: 'npm run laws',
		run: "npm run laws -- --json --quick --runs 1 --seed 1 --law frame --only 'attackForge group/update, json'",
		says: /^\{"frame":\{"runs":\d+,"operations":1,"counterexamples":0\}\}$/m,
	},
	{
		of: 'npm run fuzz',
		run: 'npm run fuzz -- --minutes 60 --runs 30 --json',
		says: /^\{"runs":30,"secretsFound":0,"liveHtmlFound":0,"crashes":0\}$/m,
	},
	{
		of: 'npm run bench',
		run: 'npm run bench -- --json --only 7 --quick > figures.jsonl && cat figures.jsonl',
		says: /"scenario":"7/,
	},
	{
		of: 'npx tsx test/bench/write.ts',
		run: 'npx tsx test/bench/write.ts figures.jsonl && diff docs/performance.md "$TREE/docs/performance.md"; true',
		says: /^< \| 7: /m,
	},
	{
		of: 'npm run docs:pictures',
		run: 'sed -i 2d test/docs/pictured.json && npm run docs:pictures',
		says: /^1 of \d+ pictures are to be taken\n.*\.png/m,
	},
	{ of: 'npm run dev', run: 'npm run dev', says: /Ctrl\+C ends all of it/, endless: true },
];

/**
 * Tries a command as a reader does, in a shell.
 *
 * @returns all that it printed
 * @throws CommandFailed, also when it does not print what it should
 */
export async function attempt({ run: command, says, endless }: Trial, cwd: string): Promise<string> {
	const options = { cwd, env: plainEnvironment({ TREE: ROOT }), timeout: 800_000, both: true };
	if (!endless) {
		const output = await run('bash', ['-c', command], options);
		if (!says.test(output)) throw new CommandFailed(`${command} printed:\n${output}`);
		return output;
	}
	const child = start('bash', ['-c', command], options);
	let output = '';
	try {
		await new Promise<void>((resolve, reject) => {
			const fail = (why: string) => reject(new CommandFailed(`${command} ${why}:\n${output}`));
			const read = (chunk: Buffer) => {
				output += chunk.toString();
				if (says.test(output)) resolve();
			};
			for (const stream of [child.stdout, child.stderr]) stream?.on('data', read);
			child.once('close', () => fail('ended by itself'));
			AbortSignal.timeout(options.timeout).addEventListener('abort', () => fail('did not say so in time'));
		});
	} finally {
		await stop(child);
	}
	return output;
}
