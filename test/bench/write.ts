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
 * `tsx test/bench/write.ts <files>`. The files hold the lines of `npm run bench -- --json`, also with `--n8n` and with
 * `--plain`: each has a table of its own. Run it on the machine that measured them.
 */

const START = '<!-- Made by test/bench/write.ts from what a run measured. -->';
const END = '<!-- End of what was measured. -->';
const DOCS = join(__dirname, '../../docs');

async function main(): Promise<void> {
	const lines = process.argv.slice(2).flatMap((path) => readFileSync(path, 'utf8').split('\n'));
	const figures = lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as Figure);
	if (figures.length === 0) throw new Error('There are no figures');
	writeFileSync(join(DOCS, 'images/performance.svg'), plot(figures.filter(({ plain }) => !plain)));

	const path = join(DOCS, 'performance.md');
	const page = readFileSync(path, 'utf8');
	const [before = ''] = page.split(START);
	const [, after = ''] = page.split(END);
	const isInN8n = ({ scenario }: Figure) => scenario.startsWith('n8n ');
	const secure = figures.filter((one) => !one.plain && !isInN8n(one));
	const measured = [
		`Node.js ${process.version}, n8n-core ${engine}, ${availableParallelism()} CPU cores, everything on one machine.`,
		tableOf(secure, 'Over HTTPS, as users run it; files and Bulk Import over plain HTTP'),
		tableOf(figures.filter(isInN8n), 'In a real n8n, over HTTPS, answers at once'),
		tableOf(
			figures.filter(({ plain }) => plain),
			'The same over plain HTTP: the difference is what TLS costs',
		),
	];
	const text = `${before}${START}\n\n${measured.filter(Boolean).join('\n\n')}\n\n${END}${after}`;
	writeFileSync(path, await format(text, { ...(await resolveConfig(path)), filepath: path }));
}

function tableOf(figures: Figure[], title: string): string {
	const met = figures.filter((one) => one.met).length;
	return figures.length === 0
		? ''
		: `${title}. ${met} of ${figures.length} requirements are met. In brackets: how many times ours.\n\n${asTable(figures)}`;
}

void main();
