import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { format, resolveConfig } from 'prettier';

import { version as engine } from 'n8n-core/package.json';
import type { Figure } from './bench';
import { plot } from './plot';
import { asTable } from './table';

/**
 * Writes the figures of a run into docs/performance.md, between its two marks, and draws docs/images/performance.svg:
 * `tsx test/bench/write.ts <file>`. The file holds the lines of `npm run bench -- --json`. Run it on the machine that
 * measured them.
 */

const START = '<!-- Made by test/bench/write.ts from what a run measured. -->';
const END = '<!-- End of what was measured. -->';
const DOCS = join(__dirname, '../../docs');

async function main(): Promise<void> {
	const lines = readFileSync(process.argv[2] ?? '/dev/stdin', 'utf8').split('\n');
	const figures = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Figure);
	if (figures.length === 0) throw new Error('There are no figures');
	writeFileSync(join(DOCS, 'images/performance.svg'), plot(figures));

	const path = join(DOCS, 'performance.md');
	const page = readFileSync(path, 'utf8');
	const [before = ''] = page.split(START);
	const [, after = ''] = page.split(END);
	const unmet = figures.filter(({ met }) => !met).length;
	const measured = [
		`Node.js ${process.version}, n8n-core ${engine}, ${availableParallelism()} CPU cores, everything on one machine.`,
		`${figures.length - unmet} of ${figures.length} requirements are met. In brackets: how many times ours.`,
	].join(' ');
	const text = `${before}${START}\n\n${measured}\n\n${asTable(figures)}\n\n${END}${after}`;
	writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

void main();
