import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { table as attackForge } from '../../nodes/AttackForgeGroup/fields';
import { table as threatConnect } from '../../nodes/ThreatConnectGroup/fields';
import { fieldsTable } from '../docs/fields';
import { METHODS } from '../simulators/attackforge/methods';

const page = (name: string) => readFileSync(join(__dirname, '../../docs', name), 'utf8');

test("docs/attackforge.md names every field of the table and every method that the node's simulator knows", () => {
	const text = page('attackforge.md');
	for (const { name, displayName } of attackForge.fields) {
		expect(text).toMatch(new RegExp(`\\| \`${name}\`.*\\| .*${displayName}`));
	}
	for (const method of Object.keys(METHODS)) expect(text).toContain(`| ${method} `);
});

test('docs/threatconnect.md has the field table as it is: `npm run docs` writes it', () => {
	const text = page('threatconnect.md');
	for (const field of fieldsTable(threatConnect).split('\n').slice(2)) {
		const cells = field.split(' | ').map((one) => one.trim());
		expect(text.replace(/ +/g, ' ')).toContain(cells.slice(0, 6).join(' | ').replace(/ +/g, ' '));
	}
});

const ROOT = join(__dirname, '../..');
const filesIn = (folder: string, end: string): string[] =>
	readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
		.filter((name) => name.endsWith(end))
		.map((name) => join(folder, name));
const DOCUMENTS = ['README.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md', ...filesIn('docs', '.md')];
const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

describe.each(DOCUMENTS)('%s', (path) => {
	const text = read(path);

	test('names only scripts that package.json has', () => {
		const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
		const named = [...text.matchAll(/npm run ([\w:-]+)/g)].map(([, script = '']) => script);
		expect(named.filter((script) => !Object.hasOwn(scripts, script))).toEqual([]);
	});

	test('names only files that exist', () => {
		const named = [...text.matchAll(/`((?:test|docs|nodes|credentials|examples)\/[\w./-]+\.\w+)`/g)];
		const paths = named.map(([, name = '']) => name);
		expect(paths.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
	});

	test('links only to files and headings that exist', () => {
		const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
		const broken = links.filter((link) => {
			// The plot is written by the benchmark.
			if (/^https?:/.test(link)) return false;
			const [file = '', anchor] = link.split('#');
			const target = file === '' ? path : join(dirname(path), file);
			if (!existsSync(join(ROOT, target))) return true;
			return anchor !== undefined && !anchorsOf(read(target)).includes(anchor);
		});
		expect(broken).toEqual([]);
	});
});

/** As GitHub makes them. */
const anchorsOf = (text: string): string[] =>
	[...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
		heading
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-'),
	);

test('docs/troubleshooting.md explains messages that the sources hold', () => {
	const sources = [...filesIn('nodes', '.ts'), ...filesIn('credentials', '.ts')].map(read).join('\n');
	const messages = [...page('troubleshooting.md').matchAll(/^## `(.+)`$/gm)].map(
		([, message = '']) => message,
	);
	expect(messages.length).toBeGreaterThan(10);
	expect(messages.filter((message) => !sources.includes(message))).toEqual([]);
});
