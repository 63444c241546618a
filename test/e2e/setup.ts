import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { installN8n } from './install';
import { run, temporaryFolder } from './processes';
import { packPackage } from './tarball';

export const REPORT_FOLDER = resolve(__dirname, 'report');

/** Programs that the tests start, and Debian's packages that have them. */
const PROGRAMS = { '/usr/bin/chromium': 'chromium' };

/**
 * Installs Debian's packages of programs that are not there yet.
 *
 * @param programs package by path of the program
 * @throws CommandFailed, for instance when the system is no Debian or the user is not root: then install them by hand
 */
export async function debianPackages(programs: Record<string, string>): Promise<void> {
	const missing = Object.entries(programs).flatMap(([path, name]) => (existsSync(path) ? [] : [name]));
	if (missing.length === 0) return;
	const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
	await run('apt-get', ['update', '-qq'], { cwd: '/', env });
	await run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...missing], { cwd: '/', env });
}

/**
 * Installs n8n and packs the package once for all files; they find the tarball in `E2E_TARBALL`. Whatever they and the
 * programs that they start put into temporary folders is gone when the run has ended, however it ends.
 */
export default async function setup(): Promise<void> {
	if (process.env.CHROMIUM === undefined) await debianPackages(PROGRAMS);
	await installN8n((line) => console.log(line));
	const folder = temporaryFolder('n8n-e2e-run-');
	// A run within a run, in test/e2e/interrupt.e2e.ts, has it, and leaves the other's report alone.
	if (process.env.E2E_TARBALL !== undefined) return;
	rmSync(REPORT_FOLDER, { recursive: true, force: true });
	mkdirSync(REPORT_FOLDER, { recursive: true });
	const work = join(folder, 'package');
	mkdirSync(work);
	process.env.E2E_TARBALL = await packPackage(work);
}
