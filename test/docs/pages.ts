import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

export const ROOT = join(__dirname, '../..');

/** @param path from the root of the repository */
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Files of a folder and those below it, as paths from the root of the repository. */
export const filesIn = (folder: string, end = ''): string[] =>
	readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
		.filter((entry) => entry.isFile() && entry.name.endsWith(end))
		.map(({ parentPath, name }) => join(parentPath, name).slice(ROOT.length + 1));

/** All documents that users and contributors read. */
export const DOCUMENTS = [
	'README.md',
	'CHANGELOG.md',
	'CONTRIBUTING.md',
	'SECURITY.md',
	...filesIn('docs', '.md'),
];

export type Block = { language: string; text: string };

const FENCED = /^( *)```(\w*)\n([^]*?)\n\1```$/gm;

/** The fenced blocks of a document. */
export const blocksOf = (document: string): Block[] =>
	[...read(document).matchAll(FENCED)].map(([, , language = '', text = '']) => ({ language, text }));

/** A document without its fenced blocks, because nothing in them is a heading or a link. */
export const proseOf = (document: string): string => read(document).replace(FENCED, '');

/** All texts between backticks in the prose of a document. */
export const codeOf = (document: string): string[] =>
	[...proseOf(document).matchAll(/(`+)([^]+?)\1/g)].map(([, , code = '']) => code.trim());

/**
 * Counts the cells of a table's row as GitHub does. A pipe separates cells even within code, unless a backslash comes
 * before it.
 */
const cellsIn = (row: string): number =>
	row
		.trim()
		.replace(/\\./g, '')
		.replace(/^\||\|$/g, '')
		.split('|').length;

/** The row between the head and the body of a table. */
const isDelimiterRow = (line: string) =>
	line.includes('|') && /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/.test(line);

/** An empty line, or the start of a heading, a quotation, a list or HTML. */
const endsTable = (line: string) => /^\s*($|#|>|<|[-*+] )/.test(line);

export type Table = { head: string; rows: string[] };

/** The tables of a Markdown text without fenced blocks. `rows` starts with the delimiter row. */
export function tablesIn(text: string): Table[] {
	const lines = text.split('\n');
	return lines.flatMap((line, n) => {
		if (!isDelimiterRow(line)) return [];
		const following = lines.slice(n + 1);
		const end = following.findIndex(endsTable);
		const rows = [line, ...following.slice(0, end < 0 ? undefined : end)];
		return [{ head: lines[n - 1] ?? '', rows }];
	});
}

/** The rows that have more or fewer cells than the head of their table. */
export const unevenRowsIn = (text: string): string[] =>
	tablesIn(text).flatMap(({ head, rows }) => rows.filter((row) => cellsIn(row) !== cellsIn(head)));

/** Targets of links and images in a document, as written. */
export const linksOf = (document: string): string[] => {
	const text = proseOf(document).replace(/`[^`]*`/g, '');
	return [...text.matchAll(/\]\(([^)\s]+)(?: "[^"]*")?\)|\b(?:src|href)="([^"]*)"/g)].map(
		([, link, attribute]) => link ?? attribute ?? '',
	);
};

/** A link's file, from the root of the repository, and its anchor. */
export function targetOf(document: string, link: string): { file: string; anchor?: string } {
	const [path = '', anchor] = link.split('#');
	return { file: path === '' ? document : join(dirname(document), path), anchor };
}

/** The anchors that GitHub gives the headings of a document. */
export function anchorsOf(document: string): string[] {
	const seen = new Map<string, number>();
	return [...proseOf(document).matchAll(/^#+ (.+?)(?: #+)?$/gm)].map(([, heading = '']) => {
		const anchor = heading
			.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
			.toLowerCase()
			.replace(/[^\p{L}\p{N} _-]/gu, '')
			.replaceAll(' ', '-');
		const times = seen.get(anchor) ?? 0;
		seen.set(anchor, times + 1);
		return times === 0 ? anchor : `${anchor}-${times}`;
	});
}
