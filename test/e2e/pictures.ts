import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { triggerParameters as attackForgeTrigger } from '../../nodes/AttackForgeGroup/trigger/parameters';
import { triggerParameters as threatConnectTrigger } from '../../nodes/ThreatConnectGroup/trigger/parameters';
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

type Picture = { file: string; shows: string; take(stage: Stage, editor: Editor): Promise<void> };

async function pictures(): Promise<Picture[]> {
	const all: Picture[] = [];
	for (const node of [threatConnect, attackForge]) {
		for (const key of node.operations.map(keyOf)) {
			const file = pictureOf(node.name, key);
			const take: Picture['take'] = async (stage, editor) =>
				await ofOperation(file, node, key, stage, editor);
			all.push({ file, shows: await pictured(node, key), take });
		}
	}
	return [...all, ...triggerPictures()];
}

async function ofOperation(
	file: string,
	node: typeof threatConnect | typeof attackForge,
	key: string,
	stage: Stage,
	editor: Editor,
): Promise<void> {
	const example = node.examples[key];
	if (!example) throw new Error(`No example of ${key}`);
	const type = `${PACKAGE_NAME}.${node.type}`;
	const workflow = workflowOf(key, { name: 'Node', type, parameters: parametersOf(key, example) });
	const pinData = { [TRIGGER]: example.items.map((json) => ({ json })) };
	await editor.openWorkflow(await stage.session.addWorkflow({ ...workflow, pinData }));
	await editor.openNode('Node');
	await editor.photographForm(join(DOCS, file));
}

/** The form of each trigger, and what Fetch Test Event shows. */
function triggerPictures(): Picture[] {
	return TRIGGERS.map(({ name, type, credential, parameters, form }) => ({
		file: `images/triggers/${name}.png`,
		shows: createHash('sha256')
			.update(JSON.stringify([form, parameters]))
			.digest('hex')
			.slice(0, 16),
		async take({ session, threatConnect: service, attackForge: customers }, editor) {
			for (const title of ['Phishing of payroll', 'Loader on WS-0417', 'Leaked credentials']) {
				service.seedGroup({ type: 'Incident', name: title });
				customers.seedGroup({ name: `Customer with ${title}` });
			}
			const id = await session.addWorkflow({
				name,
				nodes: [
					{
						id: name,
						name: 'Node',
						type: `${PACKAGE_NAME}.${type}`,
						typeVersion: 1,
						position: [0, 0],
						parameters: { pollTimes: { item: [{ mode: 'everyMinute' }] }, ...parameters },
						credentials: { [credential.type]: { id: null, name: credential.name } },
					},
				],
				connections: {},
			});
			await editor.openWorkflow(id);
			await editor.openNode('Node', 'pollTimes');
			await editor.photographForm(join(DOCS, `images/triggers/${name}.png`));
			await editor.fetchTestEvent();
			await editor.photographAll(join(DOCS, `images/triggers/${name}-event.png`));
		},
	}));
}

const TRIGGERS = [
	{
		name: 'threatconnect-group',
		type: 'threatConnectGroupTrigger',
		credential: { type: 'threatConnectApi', name: 'ThreatConnect account' },
		parameters: {
			event: 'createdOrUpdated',
			filters: { typeName: ['Incident'] },
			options: { fields: ['tags'], overlap: 5 },
		},
		form: threatConnectTrigger,
	},
	{
		name: 'attackforge-group',
		type: 'attackForgeGroupTrigger',
		credential: { type: 'attackForgeApi', name: 'AttackForge account' },
		parameters: { events: ['created', 'changed', 'removed'] },
		form: attackForgeTrigger,
	},
];

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
	mkdirSync(join(DOCS, 'images/triggers'), { recursive: true });
	const folder = await temporaryFolder('n8n-pictures-');
	let stage: Stage | undefined;
	let editor: Editor | undefined;
	try {
		process.env.E2E_TARBALL = await packPackage(folder);
		stage = await openStage();
		await addCredentials(stage);
		editor = await Editor.open(stage);
		for (const picture of wanted) {
			await picture.take(stage, editor);
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
