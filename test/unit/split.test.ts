import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { HALVES, writeHalf } from '../package/split';

/** The sources of the single-service packages, which `npm run pack:split` builds, lints and scans. */

const ROOT = resolve(__dirname, '../..');
type Manifest = {
	version: string;
	homepage: string;
	repository: object;
	keywords: string[];
	n8n: { nodes: string[]; credentials: string[] };
} & Record<string, unknown>;
const manifestIn = (folder: string) =>
	JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
const whole = manifestIn(ROOT);

describe.each(HALVES)('$name', (half) => {
	const { name, service, other } = half;
	let work: string;
	const folder = () => join(work, name);
	const read = (path: string) => readFileSync(join(folder(), path), 'utf8');
	beforeAll(() => {
		work = mkdtempSync(join(tmpdir(), 'split-'));
		writeHalf(half, folder());
	});
	afterAll(() => rmSync(work, { recursive: true, force: true }));

	test('has the version, license and repository of the combined package, and depends only on n8n-workflow', () => {
		const manifest = manifestIn(folder());
		const { version, license, repository, homepage } = whole;
		expect(manifest).toMatchObject({ name, version, license, repository, homepage });
		expect(manifest).not.toHaveProperty('dependencies');
		expect(manifest.peerDependencies).toEqual({ 'n8n-workflow': '*' });
		expect(manifest.keywords).toEqual(
			expect.arrayContaining(['n8n-community-node-package', ...half.keywords]),
		);
		expect(existsSync(join(folder(), 'LICENSE'))).toBe(true);
	});

	test('has the node, the trigger and all credential types of its service, and their sources', () => {
		const { nodes, credentials } = manifestIn(folder()).n8n;
		expect(nodes).toEqual([
			`dist/nodes/${service}Group/${service}Group.node.js`,
			`dist/nodes/${service}Group/${service}GroupTrigger.node.js`,
		]);
		expect(credentials.length).toBe(half.credentials.filter((heading) => / API$/.test(heading)).length);
		for (const path of [...nodes, ...credentials]) {
			const source = path.replace(/^dist\//, '').replace(/js$/, 'ts');
			expect(existsSync(join(folder(), source))).toBe(true);
		}
	});

	test('names the other service nowhere: README, package.json, sources, search words, output schemas, icons', () => {
		const inside = (name: string) =>
			readdirSync(join(folder(), name), { recursive: true, encoding: 'utf8' }).map((path) =>
				join(name, path),
			);
		const sources = ['nodes', 'credentials'].flatMap(inside).filter((path) => /\.(ts|json|svg)$/.test(path));
		const files = ['README.md', 'package.json', ...sources];
		expect(files.length).toBeGreaterThan(50);
		// The name of the repository in links is the only exception.
		const texts = files.map((path) => `${path}: ${read(path).replaceAll(String(whole.name), '')}`);
		expect(texts.filter((text) => new RegExp(other, 'i').test(text))).toEqual([]);
	});

	test('has a README whose links lead to existing files and headings', () => {
		const readme = read('README.md');
		expect(readme).toContain(`enter \`${name}\``);
		const base = `${whole.homepage}/`;
		const links = [...readme.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
		expect(links.length).toBeGreaterThan(8);
		const broken = links.filter((link) => {
			if (link.startsWith('#')) return !readme.includes(`\n## ${link.slice(1)}`);
			if (!link.startsWith(base)) return !link.startsWith('https://');
			const [path = ''] = link
				.slice(base.length)
				.replace(/^(blob|raw)\/main\//, '')
				.split('#');
			return !existsSync(join(ROOT, path));
		});
		expect(broken).toEqual([]);
	});
});
