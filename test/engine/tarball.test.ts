import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { run } from '../e2e/processes';
import { filesIn, read, ROOT } from '../docs/pages';

/** What a registry hands out as this package; it is built before the tests run. */

type Packed = { files: Array<{ path: string }> };

const manifest = JSON.parse(read('package.json')) as Record<string, Record<string, string>>;
const compiled = filesIn('dist', '.js');

test('it holds what is compiled from the sources, and nothing else', async () => {
	const output = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: ROOT });
	const [{ files }] = JSON.parse(output) as [Packed];
	const paths = files.map(({ path }) => path);
	expect(paths.length).toBeGreaterThan(100);
	const own = ['LICENSE', 'README.md', 'index.js', 'package.json'];
	const others = paths.filter((path) => !own.includes(path));
	const strange = others.filter((path) => {
		if (!/^dist\/(nodes|credentials)\/[\w./-]+\.(js|json|svg)$/.test(path)) return true;
		const source = path.slice('dist/'.length).replace(/\.js$/, '.ts');
		return !existsSync(join(ROOT, source));
	});
	expect(strange).toEqual([]);
});

test('it has no dependencies, and nothing runs when it is installed', () => {
	expect(manifest).not.toHaveProperty('dependencies');
	expect(manifest).not.toHaveProperty('optionalDependencies');
	expect(manifest).not.toHaveProperty('bundleDependencies');
	expect(Object.keys(manifest.peerDependencies ?? {})).toEqual(['n8n-workflow']);
	const hooks = ['preinstall', 'install', 'postinstall', 'prepare', 'prepublish', 'dependencies'];
	expect(Object.keys(manifest.scripts ?? {}).filter((name) => hooks.includes(name))).toEqual([]);
	expect(existsSync(join(ROOT, 'binding.gyp'))).toBe(false);
});

test('it asks Node.js for nothing but hashes', () => {
	const modules = new Set(
		compiled.flatMap((path) =>
			[...read(path).matchAll(/require\(([^)]*)\)/g)].map(([, name = '']) => name.replace(/["']/g, '')),
		),
	);
	expect([...modules].filter((name) => !name.startsWith('.')).sort()).toEqual(['crypto', 'n8n-workflow']);
	const asking = /\bprocess\.|\bfetch\(|\bimport\(|\beval\(|new Function|XMLHttpRequest|WebSocket|globalThis/;
	expect(compiled.filter((path) => asking.test(read(path)))).toEqual([]);
});

test('it can be read: no line is longer than a table of messages needs', () => {
	const longest = Math.max(
		...compiled.flatMap((path) =>
			read(path)
				.split('\n')
				.map(({ length }) => length),
		),
	);
	expect(longest).toBeLessThan(2000);
});
