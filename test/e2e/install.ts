import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { CommandFailed, plainEnvironment, run } from './processes';

const HOME = __dirname;
const MODULES = join(HOME, 'node_modules');
const LOCK_FILE = join(HOME, 'package-lock.json');
/** Written last: an install that was interrupted has none. */
const STAMP = join(MODULES, '.installed');

const MINUTE = 60_000;
const PROGRESS_EVERY = 10_000;

/** Only these need their install scripts: the Node that n8n runs with, and its database driver. */
const BUILT = ['node', 'sqlite3'];

export type Say = (line: string) => void;

/** What runs n8n: its own Node (n8n needs 24) and its command. */
export const n8nCommand = {
	node: join(MODULES, '.bin', 'node'),
	cli: join(MODULES, 'n8n', 'bin', 'n8n'),
	bin: join(MODULES, '.bin'),
};

export function n8nVersion(): string {
	const { dependencies } = JSON.parse(readFileSync(join(HOME, 'package.json'), 'utf8')) as {
		dependencies: { n8n: string };
	};
	return dependencies.n8n;
}

/**
 * Installs the n8n of `test/e2e/package-lock.json`, unless it is there already.
 *
 * @returns whether anything had to be installed
 */
export async function installN8n(say: Say): Promise<boolean> {
	const lock = readFileSync(LOCK_FILE, 'utf8');
	const wanted = createHash('sha256').update(lock).digest('hex');
	if (existsSync(STAMP) && readFileSync(STAMP, 'utf8').trim() === wanted) return false;

	say(`Installing n8n ${n8nVersion()} into test/e2e/node_modules. This happens once and takes about 5`);
	say('minutes and 3 GB of disk space.');
	const folders = packageFolders(lock);
	await withProgress(
		say,
		() => `${countInstalled(folders)} of about ${folders.length} packages`,
		downloadPackages,
	);
	await withProgress(say, () => `building ${BUILT.join(' and ')}`, buildPackages);
	writeFileSync(STAMP, `${wanted}\n`);
	return true;
}

async function downloadPackages(): Promise<void> {
	await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], 30 * MINUTE);
}

async function buildPackages(): Promise<void> {
	const missing = missingTools();
	try {
		await npm(['rebuild', '--ignore-scripts=false', '--loglevel=error', ...BUILT], 15 * MINUTE);
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

/** What compiling takes. Where a prebuilt binary can be downloaded nothing is compiled: no error yet. */
function missingTools(): string[] {
	const folders = (process.env.PATH ?? '').split(delimiter);
	return ['python3', 'make', 'g++'].filter(
		(tool) => !folders.some((folder) => existsSync(join(folder, tool))),
	);
}

async function npm(args: string[], timeout: number): Promise<void> {
	await run('npm', args, { cwd: HOME, env: plainEnvironment(), timeout });
}

/** Folders of the packages in the lock file, without those for other systems. */
function packageFolders(lock: string): string[] {
	const { packages } = JSON.parse(lock) as { packages: Record<string, { optional?: boolean }> };
	return Object.entries(packages)
		.filter(([folder, { optional }]) => folder !== '' && !optional)
		.map(([folder]) => folder);
}

const countInstalled = (folders: string[]) =>
	folders.filter((folder) => existsSync(join(HOME, folder, 'package.json'))).length;

/** Prints a line every few seconds, which reads well on a terminal and in a log alike. */
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
