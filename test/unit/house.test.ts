import { basename, dirname, join, relative } from 'node:path';
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

/** Files that do the work of one item. */
const OPERATIONS = /^nodes\/\w+\/(operations|flows|batch)\//;

type Rule = {
	rule: string;
	/** Files that import. */
	from: RegExp;
	/** What they must not import. */
	to: RegExp;
	/** The fewest files that the rule applies to, so that a renamed room cannot escape it. */
	atLeast: number;
	/** A file that breaks the rule. */
	fault: Sources;
};

describe.each<Rule>([
	{
		rule: 'nodes/shared imports no service',
		from: /^nodes\/shared\//,
		to: /^nodes\/(?!shared\/)|^credentials\/(ThreatConnect|AttackForge)/,
		atLeast: 31,
		fault: { 'nodes/shared/core/a.ts': "import { table } from '../../AttackForgeGroup/fields';" },
	},
	{
		rule: 'ThreatConnect imports nothing of AttackForge',
		from: /^nodes\/ThreatConnectGroup\//,
		to: /AttackForge/,
		atLeast: 36,
		fault: { 'nodes/ThreatConnectGroup/a.ts': "import type { AttackForge } from '../AttackForgeGroup/api';" },
	},
	{
		rule: 'AttackForge imports nothing of ThreatConnect',
		from: /^nodes\/AttackForgeGroup\//,
		to: /ThreatConnect|threatConnect/,
		atLeast: 34,
		fault: { 'nodes/AttackForgeGroup/a.ts': "import { allOf } from '../ThreatConnectGroup/query/clauses';" },
	},
	{
		rule: 'the credentials import no node',
		from: /^credentials\//,
		to: /^nodes\//,
		atLeast: 8,
		fault: { 'credentials/a.ts': "import { parseJson } from '../nodes/shared/core/json';" },
	},
	{
		rule: 'what is published imports nothing else but n8n-workflow and crypto',
		from: /^/,
		to: /^(?!nodes\/|credentials\/|n8n-workflow$|crypto$)/,
		atLeast: 109,
		fault: { 'nodes/shared/core/a.ts': "import { readFileSync } from 'node:fs';" },
	},
	{
		rule: 'shared/core imports no other room',
		from: /^nodes\/shared\/core\//,
		to: /^(nodes\/(?!shared\/core\/)|credentials\/)/,
		atLeast: 3,
		fault: {
			'nodes/shared/core/a.ts': "import { date } from '../fields/fieldTypes';",
			'nodes/shared/fields/fieldTypes.ts': '',
		},
	},
	{
		rule: 'shared/fields imports no other room than core',
		from: /^nodes\/shared\/fields\//,
		to: /^(nodes\/(?!shared\/(core|fields)\/)|credentials\/)/,
		atLeast: 8,
		fault: {
			'nodes/shared/fields/a.ts': "import { send } from '../http/requests';",
			'nodes/shared/http/jsonRequests.ts': '',
		},
	},
	{
		rule: 'shared/http imports no other room than core',
		from: /^nodes\/shared\/http\//,
		to: /^nodes\/(?!shared\/(core|http)\/)/,
		atLeast: 11,
		fault: {
			'nodes/shared/http/a.ts': "import { date } from '../fields/fieldTypes';",
			'nodes/shared/fields/fieldTypes.ts': '',
		},
	},
	{
		rule: 'an operation leaves all items together, concurrency and repetition to nodes/shared',
		from: OPERATIONS,
		to: /^nodes\/shared\/(execution\/(?!(operation|options|recordOutput|returnLimit|item)\.ts$)|http\/(concurrencyLimiter|circuitBreaker)\.ts$)/,
		atLeast: 45,
		fault: {
			'nodes/shared/http/concurrencyLimiter.ts': '',
			'nodes/A/operations/b/c.ts':
				"import { ConcurrencyLimiter } from '../../../shared/http/concurrencyLimiter';",
		},
	},
])('$rule', ({ from, to, atLeast, fault }) => {
	test('in all files', () => {
		expect(Object.keys(SOURCES).filter((path) => from.test(path)).length).toBeGreaterThanOrEqual(atLeast);
		expect(forbidden(SOURCES, { from, to })).toEqual([]);
	});

	test('and a file that breaks it is named', () => {
		expect(forbidden(fault, { from, to })).toHaveLength(1);
	});
});

/** Files on the way from one file to another, including both; empty if no import leads there. */
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

/** Rooms before the request: reading, checks, bodies and queries. */
const PURE = /^nodes\/(shared\/(core|fields)|\w+Group\/(fields|query|batch))\//;
const SENDS = /^nodes\/shared\/http\/|^nodes\/\w+Group\/api\//;

test('no file that works before the request imports one that sends it', () => {
	const pure = Object.keys(SOURCES).filter((path) => PURE.test(path));
	expect(pure.length).toBeGreaterThanOrEqual(24);
	expect(pure.map((path) => wayTo(SENDS, path, SOURCES)).filter((way) => way.length > 0)).toEqual([]);
});

test('a way to a file that sends is found, through other files too', () => {
	const sources = {
		'nodes/shared/core/readValue.ts': "import { a } from '../a';",
		'nodes/shared/a.ts': "import { send } from './http/jsonRequests';",
		'nodes/shared/http/jsonRequests.ts': '',
	};
	expect(wayTo(SENDS, 'nodes/shared/core/readValue.ts', sources)).toEqual(Object.keys(sources));
});

const isOnCircle = (path: string, sources: Sources): boolean =>
	wayTo(new RegExp(`^${path.replace(/[.]/g, '\\.')}$`), path, sources).length > 0;

test('no imports form a cycle', () => {
	expect(Object.keys(SOURCES).filter((path) => isOnCircle(path, SOURCES))).toEqual([]);
});

test('a cycle is found', () => {
	expect(isOnCircle('a.ts', { 'a.ts': "import './b';", 'b.ts': "import './a';" })).toBe(true);
});

/** The room of a file: a folder of nodes/shared or of a service. A file beside the rooms is a room of its own. */
const roomOf = (path: string): string =>
	/^nodes\/\w+\/\w+(?=\/)/.exec(path)?.[0] ?? (path.startsWith('credentials/') ? 'credentials' : path);

/** The imports between rooms, as sources of one file each. */
function rooms(sources: Sources): Sources {
	const imports = new Map<string, Set<string>>();
	for (const path of Object.keys(sources)) {
		const room = roomOf(path);
		const known = imports.get(room) ?? new Set<string>();
		imports.set(room, known);
		for (const target of importsOf(path, sources)) {
			if (target in sources && roomOf(target) !== room) known.add(roomOf(target));
		}
	}
	return Object.fromEntries(
		[...imports].map(([room, targets]) => [
			room,
			[...targets].map((target) => `import '${relative(dirname(room), target)}';`).join('\n'),
		]),
	);
}

/** Rooms that are part of a cycle. */
function roomsOnCircle(sources: Sources): string[] {
	const graph = Object.fromEntries(
		Object.entries(rooms(sources)).map(([room, text]) => [`${room}.ts`, text]),
	);
	const dotted = Object.fromEntries(
		Object.entries(graph).map(([room, text]) => [room, text.replace(/import '(?!\.)/g, "import './")]),
	);
	return Object.keys(dotted).filter((room) => isOnCircle(room, dotted));
}

test('no imports between rooms form a cycle', () => {
	expect(Object.keys(rooms(SOURCES)).length).toBeGreaterThanOrEqual(15);
	expect(roomsOnCircle(SOURCES)).toEqual([]);
});

test('a cycle of rooms is found, although no files form a cycle', () => {
	const sources = {
		'nodes/A/api/a.ts': "import '../flows/b';",
		'nodes/A/flows/b.ts': '',
		'nodes/A/flows/c.ts': "import '../api/d';",
		'nodes/A/api/d.ts': '',
	};
	expect(Object.keys(sources).filter((path) => isOnCircle(path, sources))).toEqual([]);
	expect(roomsOnCircle(sources)).toHaveLength(2);
});

test('both services have the same rooms, except those for what only one service has', () => {
	const roomsOfService = (service: string) => [
		...new Set(
			filesIn(`nodes/${service}`, '.ts').flatMap((path) => path.split('/').slice(2, -1).slice(0, 1)),
		),
	];
	const both = ['api', 'fields', 'flows', 'methods', 'operations', 'trigger'];
	expect(roomsOfService('AttackForgeGroup').sort()).toEqual(both);
	expect(roomsOfService('ThreatConnectGroup').sort()).toEqual([...both, 'batch', 'query'].sort());
});

/** Names in the code of a file, without its comments and texts. */
function namesIn(text: string): Set<string> {
	const names = new Set<string>();
	const visit = (node: ts.Node): void => {
		if (ts.isIdentifier(node)) names.add(node.text);
		ts.forEachChild(node, visit);
	};
	visit(ts.createSourceFile('a.ts', text, ts.ScriptTarget.Latest));
	return names;
}

/** Names for all items together, for pairing, and for errors that n8n shows. */
const NOT_OF_AN_OPERATION = [
	'getInputData',
	'continueOnFail',
	'pairedItem',
	'NodeApiError',
	'NodeOperationError',
];
const strangersIn = (text: string) => NOT_OF_AN_OPERATION.filter((name) => namesIn(text).has(name));

test('an operation knows only its own item, and nothing of other items, pairing and the output of errors', () => {
	const operations = Object.keys(SOURCES).filter((path) => OPERATIONS.test(path));
	expect(operations.length).toBeGreaterThanOrEqual(45);
	for (const path of operations) {
		expect({ path, strangers: strangersIn(SOURCES[path] ?? '') }).toEqual({ path, strangers: [] });
	}
});

test('an operation that uses all items is found', () => {
	expect(strangersIn('// pairedItem\nconst all = context.getInputData();')).toEqual(['getInputData']);
});

test('docs/architecture.md names every file of nodes/shared', () => {
	const named = codeOf('docs/architecture.md').map((code) => basename(code));
	expect(filesIn('nodes/shared').filter((path) => !named.includes(basename(path)))).toEqual([]);
});
