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

/** Everything that users and contributors read. */
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

/** A document without its fenced blocks, in which nothing is a heading or a link. */
export const proseOf = (document: string): string => read(document).replace(FENCED, '');

/** What stands between backticks in the prose of a document. */
export const codeOf = (document: string): string[] =>
	[...proseOf(document).matchAll(/(`+)([^]+?)\1/g)].map(([, , code = '']) => code.trim());

/** Targets of links and images in a document, as they are written. */
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
