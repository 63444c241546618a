import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The commands of all processes that work in a folder, or were told of it in their environment; Linux only. */
export function commandsIn(folder: string): string[] {
	return readdirSync('/proc').flatMap((pid) => {
		try {
			const read = (file: string) => readFileSync(join('/proc', pid, file), 'utf8');
			// Redis and PostgreSQL write their titles over their environment.
			const isIn =
				readlinkSync(join('/proc', pid, 'cwd')).startsWith(folder) || read('environ').includes(folder);
			return isIn ? [read('cmdline').replaceAll('\0', ' ')] : [];
		} catch {
			return [];
		}
	});
}

/** Waits until something is so, or `timeout` milliseconds have passed. */
export async function until(met: () => boolean, timeout: number): Promise<void> {
	const giveUpAt = Date.now() + timeout;
	while (!met() && Date.now() < giveUpAt) await sleep(50);
}

/** Checks again until it holds, for half a minute: how soon something is to be seen depends on the machine. */
export async function eventually(check: () => Promise<void>): Promise<void> {
	const giveUpAt = Date.now() + 30_000;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (Date.now() > giveUpAt) throw error;
		}
		await sleep(100);
	}
}
