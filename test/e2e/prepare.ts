import { parseArgs } from 'node:util';
import { installN8n, installRegistry, OTHER_VERSIONS } from './install';
import { stopAll } from './processes';
import { findPrograms } from './services';

/**
 * `npm run test:e2e:prepare` installs all that the end-to-end tests use, one after the other, so that no test has to.
 * It does not change what is already there.
 */
async function main(): Promise<void> {
	parseArgs({ options: {} });
	findPrograms();
	const say = (line: string) => console.log(line);
	await installN8n(say);
	await installRegistry(say);
	for (const version of OTHER_VERSIONS) await installN8n(say, version);
	say('All that the end-to-end tests use is installed.');
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	process.once(signal, () => void stopAll().finally(() => process.exit(130)));
}
main().catch((error: unknown) => {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
});
