import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join, relative, resolve } from 'node:path';
import { CommandFailed, plainEnvironment, run } from './processes';

const ROOT = resolve(__dirname, '../..');
const MINUTE = 60_000;
const PROGRESS_EVERY = 10_000;

export type Say = (line: string) => void;

/** A folder with a package.json and a lock file of its own. Its packages are installed into it once. */
type Home = { folder: string; what: string; costs: string; built: string[] };

/** The Node that n8n runs with and its database driver are the only packages that need their install scripts. */
const N8N: Home = {
	folder: __dirname,
	what: `n8n ${n8nVersion()}`,
	costs: '5 minutes and 3 GB of disk space',
	built: ['node', 'sqlite3'],
};

const REGISTRY: Home = {
	folder: join(__dirname, 'registry'),
	what: 'Verdaccio, a package registry,',
	costs: '20 seconds and 65 MB of disk space',
	built: [],
};

const versionHome = (version: string): Home => ({
	folder: join(__dirname, 'versions', version),
	what: `n8n ${version}`,
	costs: '4 minutes and 1.7 GB of disk space',
	built: ['sqlite3'],
});

const modulesOf = ({ folder }: Home) => join(folder, 'node_modules');
const lockOf = ({ folder }: Home) => readFileSync(join(folder, 'package-lock.json'), 'utf8');

/** Other available versions of n8n, besides that of `test/e2e/package.json`. Each is installed when it is used. */
export const OTHER_VERSIONS = readdirSync(join(__dirname, 'versions'));

/** The Node that runs all of them, because n8n 2.41 and Verdaccio need a newer one than the package itself. */
export const NODE_FOLDER = join(modulesOf(N8N), '.bin');
export const NODE = join(NODE_FOLDER, 'node');

/** The script of n8n's command. */
export const n8nScript = (version = n8nVersion()) =>
	join(modulesOf(version === n8nVersion() ? N8N : versionHome(version)), 'n8n', 'bin', 'n8n');

export const REGISTRY_SCRIPT = join(modulesOf(REGISTRY), 'verdaccio', 'bin', 'verdaccio');

export function n8nVersion(): string {
	const { dependencies } = JSON.parse(readFileSync(join(__dirname, 'package.json'), 'utf8')) as {
		dependencies: { n8n: string };
	};
	return dependencies.n8n;
}

/**
 * Installs n8n, unless it is already there.
 *
 * @param version the version of `test/e2e/package.json` by default, or one of `OTHER_VERSIONS`
 * @returns whether anything had to be installed
 */
export async function installN8n(say: Say, version = n8nVersion()): Promise<boolean> {
	return await install(version === n8nVersion() ? N8N : versionHome(version), say);
}

/** Installs Verdaccio, unless it is already there. */
export async function installRegistry(say: Say): Promise<boolean> {
	return await install(REGISTRY, say);
}

async function install(home: Home, say: Say): Promise<boolean> {
	const lock = lockOf(home);
	/** Written last, so that an interrupted install has no stamp. */
	const stamp = join(modulesOf(home), '.installed');
	const wanted = createHash('sha256').update(lock).digest('hex');
	if (existsSync(stamp) && readFileSync(stamp, 'utf8').trim() === wanted) return false;

	say(`Installing ${home.what} into ${relative(ROOT, modulesOf(home))}. This happens once and`);
	say(`takes about ${home.costs}.`);
	const folders = packageFolders(lock).map((folder) => join(home.folder, folder));
	await withProgress(
		say,
		() => `${countInstalled(folders)} of about ${folders.length} packages`,
		async () => await downloadPackages(home),
	);
	const built = home.built.filter((name) => !copyBuild(home, name));
	if (built.length > 0) {
		await withProgress(
			say,
			() => `building ${built.join(' and ')}`,
			async () => await buildPackages(home, built),
		);
	}
	writeFileSync(stamp, `${wanted}\n`);
	return true;
}

async function downloadPackages(home: Home): Promise<void> {
	await npm(home, ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 30 * MINUTE);
}

/** Copies what was built for the main n8n, so that it need not be built again. */
function copyBuild(home: Home, name: string): boolean {
	const [from, to] = [N8N, home].map((place) => join(modulesOf(place), name)) as [string, string];
	const versions = [from, to].map((folder) => {
		const manifest = join(folder, 'package.json');
		return existsSync(manifest) && readFileSync(manifest, 'utf8');
	});
	if (from === to || versions[0] !== versions[1] || !existsSync(join(from, 'build'))) return false;
	cpSync(join(from, 'build'), join(to, 'build'), { recursive: true });
	return true;
}

async function buildPackages(home: Home, names: string[]): Promise<void> {
	const missing = missingTools();
	try {
		await npm(home, ['rebuild', '--ignore-scripts=false', '--loglevel=error', ...names], 15 * MINUTE);
	} catch (error) {
		if (missing.length === 0 || !(error instanceof CommandFailed)) throw error;
		throw new Error(
			[
				'sqlite3, the database driver of n8n, has no prebuilt binary for this machine and could not be compiled:',
				`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not installed.`,
				'Install them, for instance with: apt-get install python3 make g++',
				'',
				error.message,
			].join('\n'),
		);
	}
}

/** The tools that compiling needs. It is not an error yet, because a prebuilt binary may be downloaded instead. */
function missingTools(): string[] {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return ['python3', 'make', 'g++'].filter(
		(tool) => !folders.some((folder) => existsSync(join(folder, tool))),
	);
}

async function npm({ folder }: Home, args: string[], timeout: number): Promise<void> {
	await run('npm', args, { cwd: folder, env: plainEnvironment(), timeout });
}

/** Folders of the packages in the lock file, without those for other systems. */
function packageFolders(lock: string): string[] {
	const { packages } = JSON.parse(lock) as { packages: Record<string, { optional?: boolean }> };
	return Object.entries(packages)
		.filter(([folder, { optional }]) => folder !== '' && !optional)
		.map(([folder]) => folder);
}

const countInstalled = (folders: string[]) =>
	folders.filter((folder) => existsSync(join(folder, 'package.json'))).length;

/** Prints a line every few seconds, for terminals and logs. */
async function withProgress(say: Say, state: () => string, work: () => Promise<void>): Promise<void> {
	const started = Date.now();
	const elapsed = () => `${Math.round((Date.now() - started) / 1000)} s`.padStart(6);
	const timer = setInterval(() => say(`${elapsed()}  ${state()}`), PROGRESS_EVERY);
	try {
		await work();
	} finally {
		clearInterval(timer);
	}
	say(`${elapsed()}  ${state()}, done`);
}
