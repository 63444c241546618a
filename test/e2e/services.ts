import {
	chownSync,
	closeSync,
	existsSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from './n8n';
import { hasEnded, run, type RunOptions, start, stop } from './processes';

/**
 * Redis and PostgreSQL for n8n's queue mode. They are our own processes on free ports, with their files in our own
 * folder.
 */
export type Services = {
	/** The environment that n8n needs to find both. */
	env: NodeJS.ProcessEnv;
	stop(): Promise<void>;
};

type Programs = { redis: string; initdb: string; postgres: string };

/** @throws an error that says what to install */
export function findPrograms(): Programs {
	const found = {
		redis: findProgram('redis-server'),
		initdb: findProgram('initdb'),
		postgres: findProgram('postgres'),
	};
	const missing = [
		...(found.redis ? [] : ['Redis']),
		...(found.initdb && found.postgres ? [] : ['PostgreSQL']),
	];
	if (missing.length === 0) return found as Programs;
	throw new Error(
		`The tests of n8n's queue mode need ${missing.join(' and ')}: apt-get install redis-server postgresql`,
	);
}

/** Debian keeps PostgreSQL's programs in a folder with the version in its name, which is not on the PATH. */
function findProgram(name: string): string | undefined {
	const debian = '/usr/lib/postgresql';
	const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
	const folders = [
		...versions.map((version) => join(debian, version, 'bin')),
		...(process.env.PATH ?? '').split(delimiter),
	];
	return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

export async function startServices(): Promise<Services> {
	const programs = findPrograms();
	const folder = mkdtempSync(join(tmpdir(), 'n8n-services-'));
	const endings: Array<() => unknown> = [
		() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }),
	];
	const stopAll = async () => {
		for (const end of endings.splice(0).reverse()) await end();
	};
	/**
	 * Starts one of them and waits until it says that it is ready. Before that, PostgreSQL accepts connections and then
	 * refuses them.
	 */
	const serve = async (name: string, command: string, args: string[], user?: User) => {
		const logFile = join(folder, `${name}.log`);
		const log = openSync(logFile, 'a');
		const child = start(command, args, { cwd: folder, log, ...user });
		closeSync(log);
		endings.push(async () => await stop(child));
		const giveUpAt = Date.now() + 60_000;
		while (!/ready to accept connections/i.test(readFileSync(logFile, 'utf8'))) {
			if (hasEnded(child) || Date.now() > giveUpAt) {
				throw new Error(`${name} did not start:\n${readFileSync(logFile, 'utf8')}`);
			}
			await sleep(100);
		}
	};
	try {
		const redisPort = await freePort();
		const bind = ['--bind', '127.0.0.1', '--port', String(redisPort), '--dir', folder];
		await serve('Redis', programs.redis, [...bind, '--save', '', '--appendonly', 'no']);

		const user = await postgresUser();
		if (user) chownSync(folder, user.uid, user.gid);
		const data = join(folder, 'postgres');
		const init = [
			'--pgdata',
			data,
			'--username',
			'n8n',
			'--auth',
			'trust',
			'--encoding',
			'UTF8',
			'--no-sync',
		];
		await run(programs.initdb, init, { cwd: folder, ...user });
		const port = await freePort();
		const settings = {
			listen_addresses: '127.0.0.1',
			port,
			// There is no Unix socket, because its path may be at most 107 bytes long.
			unix_socket_directories: '',
			fsync: 'off',
			lc_messages: 'C',
		};
		const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
		await serve('PostgreSQL', programs.postgres, ['-D', data, ...args], user);
		return {
			env: {
				DB_TYPE: 'postgresdb',
				DB_POSTGRESDB_HOST: '127.0.0.1',
				DB_POSTGRESDB_PORT: String(port),
				DB_POSTGRESDB_DATABASE: 'postgres',
				DB_POSTGRESDB_USER: 'n8n',
				QUEUE_BULL_REDIS_HOST: '127.0.0.1',
				QUEUE_BULL_REDIS_PORT: String(redisPort),
			},
			stop: stopAll,
		};
	} catch (error) {
		await stopAll();
		throw error;
	}
}

type User = Required<Pick<RunOptions, 'uid' | 'gid'>>;

/** The user for PostgreSQL, which refuses to run as root. Its Debian package creates one. */
async function postgresUser(): Promise<User | undefined> {
	if (process.getuid?.() !== 0) return undefined;
	const idOf = async (flag: string) => Number(await run('id', [flag, 'postgres'], { cwd: tmpdir() }));
	return { uid: await idOf('-u'), gid: await idOf('-g') };
}
