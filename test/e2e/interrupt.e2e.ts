import { chmodSync, closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasEnded, kill, plainEnvironment, start } from './processes';
import { commandsIn, until } from './running';

const ROOT = resolve(__dirname, '../..');
const MINUTE = 60_000;

/** These processes show that the whole command is under way. */
const COMMANDS: Array<{ command: string; args: string[]; started: RegExp[] }> = [
	{
		command: 'npm run test:e2e -- queue',
		args: ['run', 'test:e2e', '--', 'queue'],
		started: [/redis-server/, /postgres -D/, /n8n\/bin\/n8n start/],
	},
	{ command: 'npm run demo', args: ['run', 'demo'], started: [/n8n\/bin\/n8n start/] },
	{ command: 'npm run dev', args: ['run', 'dev'], started: [/n8n\/bin\/n8n start/] },
];

// This is a run of the tests inside a run of the tests. It packs nothing and does not change the report.
test.each(COMMANDS)('Ctrl+C amid "$command" leaves no process and no file', async ({ args, started }) => {
	const folder = mkdtempSync(join(tmpdir(), 'n8n-e2e-interrupt-'));
	// PostgreSQL runs as another user than root, who must be able to enter the folder.
	chmodSync(folder, 0o755);
	const env = { ...plainEnvironment(), TMPDIR: folder };
	const logFile = join(folder, 'log');
	const log = openSync(logFile, 'a');
	const command = start('npm', args, { cwd: ROOT, env, log });
	closeSync(log);
	try {
		const isUnderWay = () => started.every((one) => commandsIn(folder).some((text) => one.test(text)));
		await until(() => isUnderWay() || hasEnded(command), 5 * MINUTE);
		if (!isUnderWay()) throw new Error(`It did not start:\n${readFileSync(logFile, 'utf8')}`);

		// tsx and jest keep their compiled files.
		const files = () => readdirSync(folder).filter((name) => name.startsWith('n8n-'));
		expect(files()).not.toEqual([]);
		// A terminal sends the signal to the whole process group.
		process.kill(-(command.pid ?? 0), 'SIGINT');
		await until(() => commandsIn(folder).length === 0 && files().length === 0, 3 * MINUTE);
		expect(commandsIn(folder)).toEqual([]);
		expect(files()).toEqual([]);
	} finally {
		await kill(command);
		rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	}
});
