import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { hasEnded, start } from '../e2e/processes';
import { commandsIn, until } from '../e2e/running';

/** What an interrupted command leaves running, and on the disk. */

const PROGRAM = `
	const { start, temporaryFolder } = require(${JSON.stringify(join(__dirname, '../e2e/processes.ts'))});
	void temporaryFolder('work-').then((cwd) => {
		start('sh', ['-c', 'sleep 300 & sleep 300'], { cwd });
		start('sh', ['-c', 'echo started > child; exec sleep 300'], { cwd });
	});
`;

// A terminal sends SIGINT to the whole group. The other signals go to one process only.
test.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGKILL'] as const)(
	'%s leaves no process and no file of an interrupted command',
	async (signal) => {
		const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
		try {
			const command = start(process.execPath, ['--require', 'tsx/cjs', '--eval', PROGRAM], {
				cwd: join(__dirname, '../..'),
				env: { ...process.env, TMPDIR: folder },
			});
			const work = () => readdirSync(folder).filter((name) => name.startsWith('work-'));
			const isUnderWay = () => work().some((name) => existsSync(join(folder, name, 'child')));
			await until(isUnderWay, 60_000);
			expect(commandsIn(folder).filter((text) => text.includes('sleep')).length).toBeGreaterThan(3);

			const pid = command.pid ?? 0;
			process.kill(signal === 'SIGINT' ? -pid : pid, signal);
			await until(() => commandsIn(folder).length === 0 && work().length === 0, 60_000);
			expect(commandsIn(folder)).toEqual([]);
			expect(work()).toEqual([]);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
);

// Ctrl+C goes to the guard too, until it is in a process group of its own.
test.each([
	['before the guard runs', `process.kill(process.pid, 'SIGKILL'); return spawn(command, args, options);`],
	[
		'together with the guard',
		`setTimeout(() => process.kill(process.pid, 'SIGKILL'), 1000); return spawn('false');`,
	],
])('a command that is interrupted %s does not leave the program that it starts', async (_, interrupt) => {
	const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
	const program = `
		const processes = require('node:child_process');
		const { spawn } = processes;
		processes.spawn = (command, args, options) => {
			if (!args.includes('guard')) return spawn(command, args, options);
			${interrupt}
		};
		const { start } = require(${JSON.stringify(join(__dirname, '../e2e/processes.ts'))});
		start('sleep', ['300'], { cwd: ${JSON.stringify(folder)} });
	`;
	try {
		const command = start(process.execPath, ['--require', 'tsx/cjs', '--eval', program], {
			cwd: join(__dirname, '../..'),
		});
		await until(() => hasEnded(command) && commandsIn(folder).length === 0, 60_000);
		expect(command.signalCode).toBe('SIGKILL');
		expect(commandsIn(folder)).toEqual([]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});

/** Writes while it is being ended, as n8n and PostgreSQL may, into a folder that may be gone by then. */
const WRITES_LATE = `
	trap 'sleep 2; mkdir -p "$TMPDIR"; touch "$TMPDIR/late"; exit' TERM
	echo started
	exec 2>/dev/null
	while :; do sleep 0.1; done
`;

test('files that a program writes while it is being ended are removed too', async () => {
	const folder = mkdtempSync(join(tmpdir(), 'interrupted-'));
	const program = `
		const { start, temporaryFolder } = require(${JSON.stringify(join(__dirname, '../e2e/processes.ts'))});
		void temporaryFolder('work-').then(() => {
			const child = start('sh', ['-c', ${JSON.stringify(WRITES_LATE)}], { cwd: '/' });
			child.stdout.on('data', () => process.kill(process.pid, 'SIGKILL'));
		});
	`;
	try {
		const command = start(process.execPath, ['--require', 'tsx/cjs', '--eval', program], {
			cwd: join(__dirname, '../..'),
			env: { ...process.env, TMPDIR: folder },
		});
		await until(() => hasEnded(command) && commandsIn(folder).length === 0, 60_000);
		expect(command.signalCode).toBe('SIGKILL');
		expect(commandsIn(folder)).toEqual([]);
		expect(readdirSync(folder).filter((name) => name.startsWith('work-'))).toEqual([]);
	} finally {
		rmSync(folder, { recursive: true, force: true });
	}
});
