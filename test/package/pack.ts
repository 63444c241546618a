import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { run } from '../e2e/processes';
import { HALVES, packHalf, writeHalf } from './split';

/** `npm run pack:split`: both single-service packages, linted, scanned, packed, and tried with their half of the tests. */
async function main(): Promise<void> {
	parseArgs({ options: {} });
	const work = mkdtempSync(join(tmpdir(), 'n8n-split-'));
	try {
		for (const half of HALVES) {
			const folder = join(work, half.name);
			writeHalf(half, folder);
			const tarball = await packHalf(folder);
			console.log(`${relative(process.cwd(), tarball)}: built, linted, scanned, packed`);
			const tests = await run('npx', ['jest', `test/engine/${half.service.toLowerCase()}`], {
				cwd: process.cwd(),
				env: { ...process.env, PACKAGE_FOLDER: folder },
				timeout: 1_200_000,
				both: true,
			});
			console.log(`${half.name}: ${/^Tests: .*$/m.exec(tests)?.[0] ?? 'no tests ran'}`);
		}
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
