import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { run, temporaryFolder } from '../e2e/processes';
import { checkHalf, HALVES, packHalf, writeHalf } from './split';

/** The folder for the tarballs. */
const DESTINATION = resolve(__dirname, '../../split');

/** `npm run pack:split` lints, scans and packs both single-service packages, and runs their half of the tests. */
async function main(): Promise<void> {
	parseArgs({ options: {} });
	const work = await temporaryFolder('n8n-split-');
	for (const half of HALVES) {
		const folder = join(work, half.name);
		writeHalf(half, folder);
		const tarball = await packHalf(folder, DESTINATION);
		await checkHalf(folder);
		console.log(`${relative(process.cwd(), tarball)}: built, packed, linted, scanned`);
		const tests = await run('npx', ['jest', `test/engine/${half.service.toLowerCase()}`], {
			cwd: process.cwd(),
			env: { ...process.env, PACKAGE_FOLDER: folder },
			timeout: 1_200_000,
			both: true,
		});
		console.log(/^Tests: .*$/m.exec(tests)?.[0] ?? 'no tests ran');
	}
}

main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
