import { basename, dirname, join } from 'node:path';
import ts from 'typescript';

import { codeOf, filesIn, read } from '../docs/pages';

/** The rules of docs/architecture.md that an import or a name can break. */

/** Texts of source files by their paths. */
type Sources = Readonly<Record<string, string>>;

const SOURCES: Sources = Object.fromEntries(
	[...filesIn('nodes', '.ts'), ...filesIn('credentials', '.ts')].map((path) => [path, read(path)]),
);

/** What a file imports: paths of the sources, and names of packages. */
function importsOf(path: string, sources: Sources): string[] {
	return ts.preProcessFile(sources[path] ?? '').importedFiles.map(({ fileName }) => {
		if (!fileName.startsWith('.')) return fileName;
		const target = join(dirname(path), fileName);
		return [`${target}.ts`, `${target}/index.ts`].find((file) => file in sources) ?? target;
	});
}

/** Imports that a rule forbids, as `from -> to`. */
const forbidden = (sources: Sources, { from, to }: Pick<Rule, 'from' | 'to'>): string[] =>
	Object.keys(sources)
		.filter((path) => from.test(path))
		.flatMap((path) =>
			importsOf(path, sources)
				.filter((target) => to.test(target))
				.map((target) => `${path} -> ${target}`),
		);

const OPERATIONS = /^nodes\/\w+\/operations\//;

type Rule = {
	rule: string;
	/** Files that import. */
	from: RegExp;
	/** What they must not import. */
	to: RegExp;
	/** One file too many. */
	fault: Sources;
};

describe.each<Rule>([
	{
		rule: 'nodes/shared imports no service',
		from: /^nodes\/shared\//,
		to: /^nodes\/(?!shared\/)|^credentials\/(ThreatConnect|AttackForge)/,
		fault: { 'nodes/shared/a.ts': "import { table } from '../AttackForgeGroup/fields';" },
	},
	{
		rule: 'ThreatConnect imports nothing of AttackForge',
		from: /^nodes\/ThreatConnectGroup\//,
		to: /AttackForge/,
		fault: { 'nodes/ThreatConnectGroup/a.ts': "import type { AttackForge } from '../AttackForgeGroup/api';" },
	},
	{
		rule: 'AttackForge imports nothing of ThreatConnect',
		from: /^nodes\/AttackForgeGroup\//,
		to: /ThreatConnect|threatConnect/,
		fault: { 'nodes/AttackForgeGroup/a.ts': "import { allOf } from '../ThreatConnectGroup/tql';" },
	},
	{
		rule: 'the credentials import no node',
		from: /^credentials\//,
		to: /^nodes\//,
		fault: { 'credentials/a.ts': "import { parseJson } from '../nodes/shared/json';" },
	},
	{
		rule: 'what is published imports nothing else but n8n-workflow and crypto',
		from: /^/,
		to: /^(?!nodes\/|credentials\/|n8n-workflow$|crypto$)/,
		fault: { 'nodes/shared/a.ts': "import { readFileSync } from 'node:fs';" },
	},
	{
		rule: 'an operation leaves all items together, concurrency, pace and repetition to nodes/shared',
		from: OPERATIONS,
		to: /^nodes\/shared\/(concurrency|items|pace|tries)\.ts$/,
		fault: {
			'nodes/shared/pace.ts': '',
			'nodes/A/operations/b/c.ts': "import { Pace } from '../../../shared/pace';",
		},
	},
])('$rule', ({ from, to, fault }) => {
	test('in all files', () => {
		expect(forbidden(SOURCES, { from, to })).toEqual([]);
	});

	test('and a file that did would be named', () => {
		expect(forbidden(fault, { from, to })).toHaveLength(1);
	});
});

/** Files on the way from one to another, both included; none where no import leads there. */
function wayTo(target: RegExp, path: string, sources: Sources, seen = new Set<string>()): string[] {
	if (seen.has(path)) return [];
	seen.add(path);
	for (const next of importsOf(path, sources)) {
		if (target.test(next)) return [path, next];
		const way = wayTo(target, next, sources, seen);
		if (way.length > 0) return [path, ...way];
	}
	return [];
}

/** What stands before the request: tables and their kinds, reading, bodies, queries. */
const PURE =
	/^nodes\/(shared\/(fields|kinds|values|parameters|record|dates|json)|\w+\/(fields|access|customFields|changes|groups|indicators|lists|locators|tql)|\w+\/batch\/(groups|jobs|judge))\.ts$/;
const SENDS = /^nodes\/shared\/(requests|connection|retry)\.ts$|^nodes\/\w+\/api\.ts$/;

test('nothing that stands before the request reaches what sends it', () => {
	const pure = Object.keys(SOURCES).filter((path) => PURE.test(path));
	expect(pure.length).toBeGreaterThan(15);
	expect(pure.map((path) => wayTo(SENDS, path, SOURCES)).filter((way) => way.length > 0)).toEqual([]);
});

test('a way to what sends would be seen, through other files too', () => {
	const sources = {
		'nodes/shared/values.ts': "import { a } from './a';",
		'nodes/shared/a.ts': "import { send } from './requests';",
		'nodes/shared/requests.ts': '',
	};
	expect(wayTo(SENDS, 'nodes/shared/values.ts', sources)).toEqual(Object.keys(sources));
});

const isOnCircle = (path: string, sources: Sources): boolean =>
	wayTo(new RegExp(`^${path.replace(/[.]/g, '\\.')}$`), path, sources).length > 0;

test('no imports go in a circle', () => {
	expect(Object.keys(SOURCES).filter((path) => isOnCircle(path, SOURCES))).toEqual([]);
});

test('a circle would be seen', () => {
	expect(isOnCircle('a.ts', { 'a.ts': "import './b';", 'b.ts': "import './a';" })).toBe(true);
});

/** Names in the code of a file; not in its comments and texts. */
function namesIn(text: string): Set<string> {
	const names = new Set<string>();
	const visit = (node: ts.Node): void => {
		if (ts.isIdentifier(node)) names.add(node.text);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest));
	return names;
}

/** Of all items together, of pairing, and of errors that n8n sees. */
const NOT_OF_AN_OPERATION = [
	'getInputData',
	'continueOnFail',
	'pairedItem',
	'NodeApiError',
	'NodeOperationError',
];
const strangersIn = (text: string) => NOT_OF_AN_OPERATION.filter((name) => namesIn(text).has(name));

test('an operation knows its own item alone: nothing of the others, of pairing, and of how errors come out', () => {
	const operations = Object.keys(SOURCES).filter((path) => OPERATIONS.test(path));
	expect(operations.length).toBeGreaterThan(30);
	for (const path of operations) {
		expect({ path, strangers: strangersIn(SOURCES[path] ?? '') }).toEqual({ path, strangers: [] });
	}
});

test('an operation that looked at all items would be seen', () => {
	expect(strangersIn('// pairedItem\nconst all = context.getInputData();')).toEqual(['getInputData']);
});

test('docs/architecture.md names every file of nodes/shared', () => {
	const named = codeOf('docs/architecture.md').map((code) => code.replace('nodes/shared/', ''));
	expect(filesIn('nodes/shared').filter((path) => !named.includes(basename(path)))).toEqual([]);
});
