import { existsSync } from 'node:fs';
import { join } from 'node:path';

import { read, ROOT, tablesIn } from '../docs/pages';

/** SECURITY.md promises nothing that no test shows. */

const NAMED = /`(test\/[\w./]+\.ts)`: "((?:[^"]|"(?!;| \|))+)"/g;

const table = tablesIn(read('SECURITY.md')).find(({ head }) => /\| Promise +\| Test/.test(head));
const promises = (table?.rows.slice(1) ?? []).map((row) => {
	const tests = [...row.matchAll(NAMED)].map(([, file = '', title = '']) => ({ file, title }));
	return { promise: row.split('|')[1]?.trim() ?? '', tests };
});
/** Titles as a source spells them. */
const spellings = (title: string) => [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``];

test('the table of promises is found', () => {
	expect(promises.length).toBeGreaterThan(20);
});

test.each(promises)('a test is named and there is one: $promise', ({ tests }) => {
	expect(tests).not.toEqual([]);
	for (const { file, title } of tests) {
		expect(existsSync(join(ROOT, file))).toBe(true);
		const source = read(file);
		expect({ file, title, isThere: spellings(title).some((one) => source.includes(one)) }).toEqual({
			file,
			title,
			isThere: true,
		});
	}
});

test('a test that is not there would be noticed', () => {
	const source = read('test/unit/masking.test.ts');
	const isThere = (title: string) => spellings(title).some((one) => source.includes(one));
	expect(isThere('a hidden value is never sent, and the error names its place')).toBe(true);
	expect(isThere('a hidden value is never sent')).toBe(false);
});
