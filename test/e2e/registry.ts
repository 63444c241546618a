import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import {
	createServer as createHttpServer,
	type IncomingMessage,
	request,
	type ServerResponse,
} from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { generate } from 'selfsigned';
import { installRegistry, NODE, REGISTRY_SCRIPT } from './install';
import { freePort } from './n8n';
import { hasEnded, plainEnvironment, run, start, stop } from './processes';

const NPM_REGISTRY = 'registry.npmjs.org';

/** A registry on this machine that n8n takes for npm's. */
export type Registry = {
	/** The environment that n8n must be started with. */
	env: NodeJS.ProcessEnv;
	/** Other hosts that n8n or npm requested. They were not reached. */
	refused: Set<string>;
	publish(tarball: string): Promise<void>;
	stop(): Promise<void>;
};

/**
 * n8n installs from another registry than npm's only with a license. Therefore its requests are redirected to this
 * registry, through an HTTPS proxy that knows no other host, with a certificate that n8n trusts. n8n and npm do all
 * that they do for a user.
 *
 * @param folder an empty folder to work in
 */
export async function startRegistry(folder: string): Promise<Registry> {
	await installRegistry((line) => console.log(line));
	const endings: Array<() => unknown> = [];
	const stopAll = async () => {
		for (const end of endings.splice(0).reverse()) await end();
	};
	try {
		const port = await startVerdaccio(folder, endings);
		const certificate = await generate([{ name: 'commonName', value: NPM_REGISTRY }], {
			keySize: 2048,
			extensions: [{ name: 'subjectAltName', altNames: [{ type: 2, value: NPM_REGISTRY }] }],
		});
		const certificateFile = join(folder, 'certificate.pem');
		writeFileSync(certificateFile, certificate.cert);
		const tls = createTlsServer({ key: certificate.private, cert: certificate.cert }, (incoming, answer) =>
			forward(incoming, answer, port),
		);
		const refused = new Set<string>();
		const proxy = createHttpServer((_incoming, answer) => answer.writeHead(502).end());
		proxy.on('connect', ({ url = '' }: IncomingMessage, socket: Socket, head: Buffer) => {
			socket.on('error', () => socket.destroy());
			if (url !== `${NPM_REGISTRY}:443`) {
				refused.add(url);
				socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
				return;
			}
			const target = connect((tls.address() as AddressInfo).port, '127.0.0.1', () => {
				socket.write('HTTP/1.1 200 Connection Established\r\n\r\n');
				target.write(head);
				socket.pipe(target).pipe(socket);
			});
			target.on('error', () => socket.destroy());
		});
		for (const server of [tls, proxy]) {
			server.listen(0, '127.0.0.1');
			await once(server, 'listening');
			endings.push(() => {
				server.closeAllConnections();
				server.close();
			});
		}
		const proxyUrl = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
		return {
			env: {
				...npmSettings(folder),
				HTTPS_PROXY: proxyUrl,
				NO_PROXY: '127.0.0.1',
				NODE_EXTRA_CA_CERTS: certificateFile,
				// n8n does not pass the line above on to npm.
				npm_config_cafile: certificateFile,
			},
			refused,
			publish: async (tarball) => await publish(tarball, folder, port),
			stop: stopAll,
		};
	} catch (error) {
		await stopAll();
		throw error;
	}
}

/** npm's settings on a fresh machine, without those of the user who runs the test. */
const npmSettings = (folder: string) => ({
	npm_config_userconfig: join(folder, 'npmrc'),
	npm_config_globalconfig: join(folder, 'global-npmrc'),
	npm_config_cache: join(folder, 'npm-cache'),
	npm_config_registry: `https://${NPM_REGISTRY}/`,
	npm_config_update_notifier: 'false',
});

/** Starts Verdaccio, which asks no other registry. */
async function startVerdaccio(folder: string, endings: Array<() => unknown>): Promise<number> {
	const port = await freePort();
	const config = {
		storage: join(folder, 'storage'),
		auth: { htpasswd: { file: join(folder, 'htpasswd') } },
		uplinks: {},
		packages: { '**': { access: '$all', publish: '$all', unpublish: '$all' } },
		log: { type: 'stdout', format: 'pretty', level: 'http' },
		web: { enable: false },
	};
	const file = join(folder, 'verdaccio.yaml');
	// JSON is YAML too.
	writeFileSync(file, JSON.stringify(config));
	const logFile = join(folder, 'verdaccio.log');
	const log = openSync(logFile, 'a');
	const child = start(NODE, [REGISTRY_SCRIPT, '--config', file, '--listen', `127.0.0.1:${port}`], {
		cwd: folder,
		env: { ...plainEnvironment(), VERDACCIO_PUBLIC_URL: `https://${NPM_REGISTRY}` },
		log,
	});
	closeSync(log);
	endings.push(async () => await stop(child));
	const giveUpAt = Date.now() + 120_000;
	while (!(await answers(`http://127.0.0.1:${port}/-/ping`))) {
		if (hasEnded(child) || Date.now() > giveUpAt) {
			throw new Error(`Verdaccio did not start:\n${readFileSync(logFile, 'utf8')}`);
		}
		await sleep(250);
	}
	return port;
}

const answers = async (url: string) =>
	await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
		({ ok }) => ok,
		() => false,
	);

function forward(incoming: IncomingMessage, answer: ServerResponse, port: number): void {
	const { method, url, headers } = incoming;
	const outgoing = request({ host: '127.0.0.1', port, method, path: url, headers }, (response) => {
		answer.writeHead(response.statusCode ?? 502, response.headers);
		response.pipe(answer);
	});
	outgoing.on('error', () => answer.destroy());
	incoming.pipe(outgoing);
}

async function publish(tarball: string, folder: string, port: number): Promise<void> {
	const host = `127.0.0.1:${port}`;
	// npm publishes nothing without a token, but this registry does not check it.
	const flags = [`--registry=http://${host}/`, `--//${host}/:_authToken=any`];
	const env = { ...plainEnvironment(), ...npmSettings(folder), npm_config_registry: undefined };
	await run('npm', ['publish', tarball, ...flags], { cwd: folder, env });
}

/**
 * Packs the same package under another version, as its next release.
 *
 * @returns the path of the new tarball
 */
export async function repack(tarball: string, version: string, folder: string): Promise<string> {
	const work = join(folder, version);
	mkdirSync(work);
	await run('tar', ['-xzf', tarball, '-C', work], { cwd: work });
	const manifest = join(work, 'package', 'package.json');
	const content = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
	writeFileSync(manifest, JSON.stringify({ ...content, version }, null, 2));
	const flags = ['--silent', '--ignore-scripts', '--pack-destination', work];
	const name = await run('npm', ['pack', ...flags], { cwd: join(work, 'package'), env: plainEnvironment() });
	return join(work, name.trim());
}
