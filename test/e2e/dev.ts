import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { installN8n, PACKAGE_NAME, packPackage, stopAll, type Workflow } from './n8n';
import { plainEnvironment, start, temporaryFolder } from './processes';
import { credentialsOf, openStage } from './stage';

/**
 * `npm run dev` starts n8n with the working tree, both simulators, their credentials and the examples. A change under
 * `nodes` or `credentials` is compiled into n8n's copy, and n8n loads it anew. Reload the page of the editor to see it.
 */

const ROOT = resolve(__dirname, '../..');
const EXAMPLES = join(ROOT, 'examples');

async function main(): Promise<void> {
	parseArgs({ options: {} });
	const say = (line: string) => console.log(line);
	await installN8n(say);
	const folder = await temporaryFolder('n8n-dev-');
	try {
		say('Building the package and starting n8n …');
		process.env.E2E_TARBALL = await packPackage(folder);
		const stage = await openStage({ env: { N8N_DEV_RELOAD: 'true' } });
		for (const { name, type, data } of credentialsOf(stage))
			await stage.session.addCredential(name, type, data);
		for (const file of readdirSync(EXAMPLES)) {
			await stage.session.addWorkflow(JSON.parse(readFileSync(join(EXAMPLES, file), 'utf8')) as Workflow);
		}
		const installed = join(stage.folder, '.n8n/nodes/node_modules', PACKAGE_NAME);
		const compiler = start(
			join(ROOT, 'node_modules/.bin/tsc'),
			['--watch', '--preserveWatchOutput', '--outDir', join(installed, 'dist')],
			{ cwd: ROOT, env: plainEnvironment() },
		);
		compiler.stdout?.on('data', (chunk: Buffer) => process.stdout.write(chunk));

		say(`\nn8n        ${stage.n8n.url}   ${stage.owner.email}   ${stage.owner.password}`);
		say(`its log    ${stage.n8n.logFile}`);
		say(`simulators ThreatConnect ${stage.threatConnect.url}   AttackForge ${stage.attackForge.url}`);
		say('Ctrl+C ends all of it.\n');
		await new Promise<void>((done) => {
			for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => done());
		});
		await stage.close();
	} finally {
		await stopAll();
	}
}

main()
	.catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	})
	.finally(() => process.exit());
