import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { keyOf, parametersOf, pictureOf } from '../docs/examples';
import { attackForge, threatConnect } from '../docs/nodes';
import { pictured } from '../docs/operationsPage';
import { Editor } from './browser';
import { installN8n, PACKAGE_NAME, packPackage, stopAll } from './n8n';
import { temporaryFolder } from './processes';
import { openStage, type Stage } from './stage';
import { addCredentials, TRIGGER, workflowOf } from './workflows';

/**
 * `npm run docs:pictures` takes the pictures of the pages in docs/. Each shows the form of one operation in a real
 * n8n's editor, with the parameters of its example. It takes the pictures that are missing or out of date; with `--
 * --all` it takes all of them.
 */

const DOCS = resolve(__dirname, '../../docs');
/** What each picture shows, by its file. */
const LEDGER = resolve(__dirname, '../docs/pictured.json');

type Picture = { file: string; shows: string; node: typeof threatConnect | typeof attackForge; key: string };

async function pictures(): Promise<Picture[]> {
	const all: Picture[] = [];
	for (const node of [threatConnect, attackForge]) {
		for (const key of node.operations.map(keyOf)) {
			all.push({ file: pictureOf(node.name, key), shows: await pictured(node, key), node, key });
		}
	}
	return all;
}

async function take({ file, node, key }: Picture, stage: Stage, editor: Editor): Promise<void> {
	const example = node.examples[key];
	if (!example) throw new Error(`No example of ${key}`);
	const type = `${PACKAGE_NAME}.${node.type}`;
	const workflow = workflowOf(key, { name: 'Node', type, parameters: parametersOf(key, example) });
	const pinData = { [TRIGGER]: example.items.map((json) => ({ json })) };
	await editor.openWorkflow(await stage.session.addWorkflow({ ...workflow, pinData }));
	await editor.openNode('Node');
	await editor.photographForm(join(DOCS, file));
}

async function main(): Promise<void> {
	const { values } = parseArgs({ options: { all: { type: 'boolean' } } });
	const ledger = (() => {
		try {
			return JSON.parse(readFileSync(LEDGER, 'utf8')) as Record<string, string>;
		} catch {
			return {};
		}
	})();
	const all = await pictures();
	const wanted = values.all ? all : all.filter(({ file, shows }) => ledger[file] !== shows);
	console.log(`${wanted.length} of ${all.length} pictures are to be taken`);
	if (wanted.length === 0) return;
	await installN8n(console.log);
	mkdirSync(dirname(LEDGER), { recursive: true });
	const folder = temporaryFolder('n8n-pictures-');
	let stage: Stage | undefined;
	let editor: Editor | undefined;
	try {
		process.env.E2E_TARBALL = await packPackage(folder);
		stage = await openStage();
		await addCredentials(stage);
		editor = await Editor.open(stage);
		for (const picture of wanted) {
			await take(picture, stage, editor);
			ledger[picture.file] = picture.shows;
			console.log(picture.file);
		}
		const kept = all.map(({ file }) => [file, ledger[file]]);
		writeFileSync(LEDGER, `${JSON.stringify(Object.fromEntries(kept), null, '\t')}\n`);
	} finally {
		await editor?.close();
		await stage?.close();
		await stopAll();
	}
}

main()
	.catch((error: unknown) => {
		console.error(error instanceof Error ? error.message : error);
		process.exitCode = 1;
	})
	.finally(() => process.exit());
