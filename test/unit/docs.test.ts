import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

import { table as attackForge } from '../../nodes/AttackForgeGroup/fields/groupFields';
import { table as threatConnect } from '../../nodes/ThreatConnectGroup/fields/groupFields';
import { fieldsTable } from '../docs/fields';
import {
	anchorsOf,
	blocksOf,
	codeOf,
	DOCUMENTS,
	filesIn,
	linksOf,
	proseOf,
	read,
	ROOT,
	tablesIn,
	targetOf,
	unevenRowsIn,
} from '../docs/pages';
import { METHODS } from '../simulators/attackforge/methods';

test("docs/attackforge.md names every field of the table and every method that the node's simulator knows", () => {
	const text = read('docs/attackforge.md');
	for (const { name, displayName } of attackForge.fields) {
		expect(text).toMatch(new RegExp(`\\| \`${name}\`.*\\| .*${displayName}`));
	}
	for (const method of Object.keys(METHODS)) expect(text).toContain(`| ${method} `);
});

test.each([
	['docs/threatconnect.md', threatConnect],
	['docs/attackforge.md', attackForge],
])('%s has the field table as it is: `npm run docs` writes it', (path, table) => {
	const text = read(path);
	for (const field of fieldsTable(table).split('\n').slice(2)) {
		const cells = field.split(' | ').map((one) => one.trim());
		expect(text.replace(/ +/g, ' ')).toContain(cells.slice(0, 6).join(' | ').replace(/ +/g, ' '));
	}
});

const isThere = (path: string) => existsSync(join(ROOT, path));

describe.each(DOCUMENTS)('%s', (document) => {
	test('names only files and folders that exist', () => {
		const named = codeOf(document).filter((code) =>
			/^(test|docs|nodes|credentials|examples|\.ci|\.github)\/[\w./-]*$/.test(code),
		);
		expect(named.filter((path) => !isThere(path) && !WRITTEN_LATER.includes(path))).toEqual([]);
	});

	test('links only to files, pictures and headings that exist, and elsewhere by HTTPS', () => {
		const broken = linksOf(document).filter((link) => {
			if (/^[a-z]+:/i.test(link))
				return !(/^https:\/\/[\w-]+(\.[\w-]+)+[/?#]?/.test(link) && URL.canParse(link));
			const { file, anchor } = targetOf(document, link);
			if (!isThere(file) || file.startsWith('..')) return true;
			return anchor !== undefined && !(file.endsWith('.md') && anchorsOf(file).includes(anchor));
		});
		expect(broken).toEqual([]);
	});

	test('has as many cells in each row of a table as in its head', () => {
		expect(unevenRowsIn(proseOf(document))).toEqual([]);
	});

	test('holds only JSON that can be read', () => {
		const blocks = blocksOf(document).filter(({ language }) => language === 'json');
		for (const { text } of blocks) expect(() => JSON.parse(text) as unknown).not.toThrow();
	});
});

test.each(['docs/threatconnect-group.md', 'docs/attackforge-group.md'])(
	'README.md leads to each operation of %s',
	(page) => {
		const operations = [...read(page).matchAll(/^## (.+): (.+)$/gm)].map(([, ...words]) =>
			words.join('-').toLowerCase().replaceAll(' ', '-'),
		);
		expect(operations.length).toBeGreaterThan(15);
		const linked = linksOf('README.md');
		const missing = operations.filter((anchor) => !linked.includes(`${page}#${anchor}`));
		expect(missing).toEqual([]);
	},
);

test('the test finds the tables of the documents', () => {
	const tables = DOCUMENTS.flatMap((document) => tablesIn(proseOf(document)));
	expect(tables.length).toBeGreaterThan(30);
	expect(tables.filter(({ head, rows }) => !head.startsWith('|') || rows.length < 2)).toEqual([]);
});

test.each([
	['a cell too many', '| a | b | c |', true],
	['a cell too few', '| a |', true],
	['a pipe in code', '| `a|b` | c |', true],
	['an escaped backslash before a pipe', String.raw`| a \\| b | c |`, true],
	['no pipes at all', 'a', true],
	['as many cells', '| a | b |', false],
	['empty cells', '| | |', false],
	['no pipes at its ends', 'a | b', false],
	['an escaped pipe', String.raw`| a \| b | c |`, false],
	['an escaped pipe in code', '| `a\\|b` | c |', false],
	['an escaped pipe at its end', String.raw`| a | b \|`, false],
])('a row with %s is told from the others', (_what, row, isUneven) => {
	const table = ['| 1 | 2 |', '| --- | :-: |', '| x | y |'];
	const text = ['Text', '', ...table, row, '', 'Text | with a pipe'].join('\n');
	expect(unevenRowsIn(text)).toEqual(isUneven ? [row] : []);
});

test('a table whose delimiter row does not fit its head is found', () => {
	expect(unevenRowsIn('| 1 | 2 |\n| --- |\n| x | y |')).toEqual(['| --- |']);
});

/** Written by the end-to-end tests. */
const WRITTEN_LATER = ['test/e2e/report'];

test('every file in docs/ and examples/ is reached from the README, by links or as a picture', () => {
	const reached = new Set(['README.md']);
	for (const file of reached) {
		if (!file.endsWith('.md')) continue;
		for (const link of linksOf(file)) if (!/^[a-z]+:/i.test(link)) reached.add(targetOf(file, link).file);
	}
	const files = [...filesIn('docs'), ...filesIn('examples')];
	expect(files.filter((file) => !reached.has(file))).toEqual([]);
	expect([...reached].filter((file) => !statSync(join(ROOT, file)).isFile())).toEqual([]);
});

test('the list of additional words is sorted, and each of them is used', () => {
	const words = read('test/lint/words.txt').trim().split('\n');
	expect(words).toEqual([...new Set(words)].sort());
	const text = [...DOCUMENTS, ...['nodes', 'credentials', 'examples'].flatMap((folder) => filesIn(folder))]
		.filter((path) => !path.endsWith('.svg'))
		.map((path) => read(path).toLowerCase())
		.join('\n');
	expect(words.filter((word) => !text.includes(word))).toEqual([]);
});

test('every workflow in examples/ is run in a real n8n, and is listed in docs/recipes.md', () => {
	const runs = readdirSync(join(ROOT, 'test/e2e'))
		.filter((name) => name.endsWith('.e2e.ts'))
		.map((name) => join('test/e2e', name))
		.map(read)
		.join('\n');
	const names = filesIn('examples', '.json').map((path) => path.slice('examples/'.length, -'.json'.length));
	expect(names.length).toBeGreaterThan(8);
	expect(names.filter((name) => !runs.includes(`example('${name}')`))).toEqual([]);
	const linked = linksOf('docs/recipes.md');
	expect(names.filter((name) => !linked.includes(`../examples/${name}.json`))).toEqual([]);
});

test('the ledger of pictures has another fingerprint for each form', () => {
	const ledger = JSON.parse(read('test/docs/pictured.json')) as Record<string, string>;
	const pictures = ['operations', 'triggers']
		.flatMap((folder) => filesIn(`docs/images/${folder}`))
		// What came out, beside a form that is in the ledger.
		.filter((path) => !path.endsWith('-event.png'))
		.map((path) => path.slice('docs/'.length));
	expect(Object.keys(ledger).sort()).toEqual(pictures.sort());
	expect(new Set(Object.values(ledger)).size).toBe(pictures.length);
});
