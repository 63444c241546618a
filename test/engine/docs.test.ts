import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { keyOf, pictureOf } from '../docs/examples';
import { attackForge, threatConnect } from '../docs/nodes';
import { pageOf, pictured } from '../docs/operationsPage';

const DOCS = join(__dirname, '../../docs');

/** The text as `npm run docs` writes it. The test starts prettier, because prettier's own API needs what jest lacks. */
const formatted = (path: string, text: string) =>
	execFileSync(process.execPath, [require.resolve('prettier/bin/prettier.cjs'), '--stdin-filepath', path], {
		input: text,
		encoding: 'utf8',
	});

test('docs/threatconnect-group.md shows each operation as it runs now: `npm run docs` writes it', async () => {
	const path = join(DOCS, 'threatconnect-group.md');
	expect(readFileSync(path, 'utf8')).toBe(formatted(path, await pageOf(threatConnect)));
});

test('docs/attackforge-group.md shows each operation as it runs now: `npm run docs` writes it', async () => {
	const path = join(DOCS, 'attackforge-group.md');
	expect(readFileSync(path, 'utf8')).toBe(formatted(path, await pageOf(attackForge)));
});

describe.each([threatConnect, attackForge])('the pages of $name', (node) => {
	test('have an example of each operation and of nothing else', () => {
		expect(Object.keys(node.examples).sort()).toEqual(node.operations.map(keyOf).sort());
	});

	test('have a picture of each operation that shows its example: `npm run docs:pictures` takes it', async () => {
		const ledger = JSON.parse(readFileSync(join(__dirname, '../docs/pictured.json'), 'utf8')) as Record<
			string,
			string
		>;
		for (const key of node.operations.map(keyOf)) {
			const picture = pictureOf(node.name, key);
			expect([picture, existsSync(join(DOCS, picture))]).toEqual([picture, true]);
			expect([picture, ledger[picture]]).toEqual([picture, await pictured(node, key)]);
		}
	});
});
