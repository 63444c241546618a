import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installN8n } from './install';
import { run, temporaryFolder } from './processes';
import { packPackage } from './tarball';

export const REPORT_FOLDER = resolve(__dirname, 'report');

/** Programs that the tests start, and the Debian packages that hold them. */
const PROGRAMS = { '/usr/bin/chromium': 'chromium' };

/**
 * Installs the Debian packages of missing programs.
 *
 * @param programs package by path of the program
 * @throws CommandFailed, e.g. if the system is not Debian or the user is not root; the programs then have to be
 *   installed by hand
 */
export async function debianPackages(programs: Record<string, string>): Promise<void> {
	const missing = Object.entries(programs).flatMap(([path, name]) => (existsSync(path) ? [] : [name]));
	if (missing.length === 0) return;
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await run('apt-get', ['update', '-qq'], { cwd: '/', env });
	await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { cwd: '/', env });
}

/**
 * Installs n8n and packs the package once for all files, which find the tarball in `E2E_TARBALL`. The temporary files
 * of the tests and of the programs that they start are removed after the run, however it ends.
 */
export default async function setup(): Promise<void> {
	if (process.env.CHROMIUM === undefined) await debianPackages(PROGRAMS);
	await installN8n((line) => console.log(line));
	const folder = await temporaryFolder('n8n-e2e-run-');
	// A run within a run (test/e2e/interrupt.e2e.ts) already has the tarball, and must not change the report of the outer
	// run.
	if (process.env.E2E_TARBALL !== undefined) return;
	rmSync(REPORT_FOLDER, { recursive: true, force: true });
	mkdirSync(REPORT_FOLDER, { recursive: true });
	const work = join(folder, 'package');
	mkdirSync(work);
	process.env.E2E_TARBALL = await packPackage(work);
}
