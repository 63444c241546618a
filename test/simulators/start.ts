import { parseArgs } from 'node:util';
import { startAttackForge } from './attackforge';
import { credentialLines } from './shared/credentials';
import { startThreatConnect } from './threatconnect';

const USAGE = `Starts the simulators of ThreatConnect and AttackForge and keeps them running until Ctrl+C.

  --threatconnect-port <port>  port of ThreatConnect (default: any free one)
  --attackforge-port <port>    port of AttackForge (default: any free one)
  --tls                        serve HTTPS with a self-signed certificate
  --json                       print one line of JSON instead of the list
  --help                       print this text`;

const OPTIONS = {
	'threatconnect-port': { type: 'string' },
	'attackforge-port': { type: 'string' },
	tls: { type: 'boolean' },
	json: { type: 'boolean' },
	help: { type: 'boolean' },
} as const;

type Services = {
	threatConnect: Awaited<ReturnType<typeof startThreatConnect>>;
	attackForge: Awaited<ReturnType<typeof startAttackForge>>;
};

function portOf(option: string, value: string | undefined): number | undefined {
	if (value === undefined) return undefined;
	const port = Number(value);
	if (!/^\d+$/.test(value) || port > 65_535) throw new Error(`--${option} must be a port, not "${value}"`);
	return port;
}

/** Starts both or neither, because one that runs alone would keep the process alive. */
async function startBoth(
	threatConnectPort?: number,
	attackForgePort?: number,
	tls?: boolean,
): Promise<Services> {
	const threatConnect = await startThreatConnect({ port: threatConnectPort, tls });
	try {
		return { threatConnect, attackForge: await startAttackForge({ port: attackForgePort, tls }) };
	} catch (error) {
		await threatConnect.stop();
		throw error;
	}
}

function asJson({ threatConnect, attackForge }: Services): string {
	return JSON.stringify({
		threatConnect: { url: threatConnect.url, credentials: threatConnect.credentials },
		attackForge: { url: attackForge.url, credentials: attackForge.credentials },
	});
}

function asList(services: Services, tls: boolean): string {
	return [
		...credentialLines(services),
		'',
		...(tls ? ['The certificate is self-signed: switch on "Ignore SSL Issues" in the credentials.'] : []),
		'Press Ctrl+C to stop.',
	].join('\n');
}

function stopOnSignal({ threatConnect, attackForge }: Services): void {
	let stopping = false;
	for (const signal of ['SIGINT', 'SIGTERM'] as const)
		process.on(signal, () => {
			if (stopping) return;
			stopping = true;
			Promise.all([threatConnect.stop(), attackForge.stop()]).catch(fail);
		});
}

function fail(error: unknown): void {
	console.error(error instanceof Error ? error.message : error);
	process.exitCode = 1;
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: OPTIONS });
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const services = await startBoth(
		portOf('threatconnect-port', values['threatconnect-port']),
		portOf('attackforge-port', values['attackforge-port']),
		values.tls,
	);
	stopOnSignal(services);
	console.log(values.json ? asJson(services) : asList(services, values.tls ?? false));
}

main().catch(fail);
