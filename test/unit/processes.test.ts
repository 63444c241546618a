import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { start } from '../e2e/processes';
import { commandsIn, until } from '../e2e/running';

/** What an interrupted command leaves running, and on the disk. */

const PROGRAM = `
	const { start, temporaryFolder } = require(${JSON.stringify(join(__dirname, '../e2e/processes.ts'))});
	const cwd = temporaryFolder('work-');
	start('sh', ['-c', 'sleep 300 & sleep 300'], { cwd });
	start('sh', ['-c', 'echo started > child; exec sleep 300'], { cwd });
`;

// A terminal sends SIGINT to the whole group; the others go to one process only.
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
			await until(isUnderWay, 20_000);
			expect(commandsIn(folder).filter((text) => text.includes('sleep')).length).toBeGreaterThan(3);

			const pid = command.pid ?? 0;
			process.kill(signal === 'SIGINT' ? -pid : pid, signal);
			await until(() => commandsIn(folder).length === 0 && work().length === 0, 20_000);
			expect(commandsIn(folder)).toEqual([]);
			expect(work()).toEqual([]);
		} finally {
			rmSync(folder, { recursive: true, force: true });
		}
	},
);
