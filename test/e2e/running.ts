import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** The commands of all processes that work in a folder, or have it in their environment; Linux only. */
export function commandsIn(folder: string): string[] {
	return readdirSync('/proc').flatMap((pid) => {
		try {
			const read = (file: string) => readFileSync(join('/proc', pid, file), 'utf8');
			// Redis and PostgreSQL overwrite their environment with their titles.
			const isIn =
				readlinkSync(join('/proc', pid, 'cwd')).startsWith(folder) || read('environ').includes(folder);
			return isIn ? [read('cmdline').replaceAll('\0', ' ')] : [];
		} catch {
			return [];
		}
	});
}

/** Waits until a condition holds, or `timeout` milliseconds have passed. */
export async function until(met: () => boolean, timeout: number): Promise<void> {
	const giveUpAt = Date.now() + timeout;
	while (!met() && Date.now() < giveUpAt) await sleep(50);
}

/** Repeats a check until it holds, for two minutes at most, because machines differ in speed. */
export async function eventually(check: () => Promise<void>): Promise<void> {
	const giveUpAt = Date.now() + 120_000;
	for (;;) {
		try {
			return await check();
		} catch (error) {
			if (Date.now() > giveUpAt) throw error;
		}
		await sleep(100);
	}
}
