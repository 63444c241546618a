import {
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { plainEnvironment, run } from './processes';

const ROOT = resolve(__dirname, '../..');
const NOT_NEEDED = new Set(['.git', 'coverage', 'dist', 'docs', 'examples', 'node_modules', 'test']);

const read = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>;

export const PACKAGE_NAME = String(read(join(ROOT, 'package.json')).name);

/**
 * Builds and packs the package as `npm publish` would. It works in a copy, because a build at the root removes `dist`,
 * which other commands may be using.
 *
 * @param folder an empty folder to work in
 * @returns the path of the tarball
 */
export async function packPackage(folder: string): Promise<string> {
	const copy = join(folder, 'source');
	mkdirSync(copy);
	for (const entry of readdirSync(ROOT).filter((name) => !NOT_NEEDED.has(name))) {
		cpSync(join(ROOT, entry), join(copy, entry), { recursive: true });
	}
	if (!existsSync(join(ROOT, 'node_modules'))) {
		throw new Error('The dependencies of the package are not installed: run "npm ci" first.');
	}
	symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
	const options = { cwd: copy, env: plainEnvironment(), timeout: 300_000 };
	await run('npm', ['run', 'build', '--silent'], options);
	await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder], options);
	const tarball = readdirSync(folder).find((name) => name.endsWith('.tgz'));
	if (tarball === undefined) throw new Error('npm pack made no tarball.');
	return join(folder, tarball);
}

/**
 * Installs a tarball into n8n's folder for community packages, in the steps of n8n's own installer
 * (`CommunityPackagesService.downloadPackage`). The only difference is that the tarball does not come from a registry.
 *
 * @param userFolder n8n's `N8N_USER_FOLDER`, which n8n reads when it starts
 */
export async function installPackage(tarball: string, userFolder: string): Promise<void> {
	const downloads = join(userFolder, '.n8n', 'nodes');
	const folder = join(downloads, 'node_modules', PACKAGE_NAME);
	mkdirSync(folder, { recursive: true });
	await run('tar', ['-xzf', tarball, '-C', folder, '--strip-components=1'], { cwd: downloads });

	const manifest = join(folder, 'package.json');
	const {
		devDependencies: _dev,
		peerDependencies: _peer,
		optionalDependencies: _optional,
		...kept
	} = read(manifest);
	writeFileSync(manifest, JSON.stringify(kept, null, 2));

	const flags = ['--audit=false', '--fund=false', '--bin-links=false', '--install-strategy=shallow'];
	await run('npm', ['install', ...flags, '--ignore-scripts=true', '--package-lock=false'], {
		cwd: folder,
		env: plainEnvironment(),
	});
	const ledger = { name: 'installed-nodes', private: true, dependencies: { [PACKAGE_NAME]: kept.version } };
	writeFileSync(join(downloads, 'package.json'), JSON.stringify(ledger, null, 2));
}
