import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plainEnvironment, run } from '../e2e/processes';

/**
 * The two packages of a single service each, which n8n can verify, made from the sources of the combined one.
 */

const ROOT = resolve(__dirname, '../..');
/** Where the tarballs go. */
export const SPLIT_FOLDER = join(ROOT, 'split');

export type Half = {
	/** Of the package. */
	name: string;
	service: string;
	/** Folder under `nodes`. */
	node: string;
	/** Files under `credentials`, without `.credentials.ts`. */
	credentials: string[];
	/** The page under `docs`. */
	page: string;
	/** Keywords of the other service. */
	foreign: string[];
};

export const HALVES: Half[] = [
	{
		name: 'n8n-nodes-threatconnect',
		service: 'ThreatConnect',
		node: 'ThreatConnectGroup',
		credentials: ['ThreatConnectApi', 'ThreatConnectHmacApi'],
		page: 'threatconnect.md',
		foreign: ['attackforge', 'pentest'],
	},
	{
		name: 'n8n-nodes-attackforge',
		service: 'AttackForge',
		node: 'AttackForgeGroup',
		credentials: ['AttackForgeApi'],
		page: 'attackforge.md',
		foreign: ['threatconnect', 'threat-intelligence'],
	},
];

type Manifest = {
	name: string;
	version: string;
	keywords: string[];
	homepage: string;
	repository: { url: string };
	n8n: { credentials: string[]; nodes: string[] };
	scripts: Record<string, string>;
} & Record<string, unknown>;

const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8')) as unknown;

/** What both packages share besides their own folders. */
const COMMON = ['index.js', 'gulpfile.js', 'tsconfig.json', 'eslint.config.mjs', 'LICENSE', 'CHANGELOG.md'];
const COMMON_CREDENTIAL_FILES = ['baseUrl.ts', 'request.ts', 'threatConnectHmac.ts'];

/**
 * Writes the sources of one half, ready to be built.
 *
 * @param folder a new one
 */
export function writeHalf({ name, service, node, credentials, page, foreign }: Half, folder: string): void {
	mkdirSync(join(folder, 'credentials'), { recursive: true });
	for (const file of COMMON) cpSync(join(ROOT, file), join(folder, file));
	for (const part of [node, 'shared']) {
		cpSync(join(ROOT, 'nodes', part), join(folder, 'nodes', part), { recursive: true });
	}
	const files = [
		...credentials.map((one) => `${one}.credentials.ts`),
		...COMMON_CREDENTIAL_FILES.filter((file) => service === 'ThreatConnect' || !file.startsWith('threat')),
	];
	for (const file of files) cpSync(join(ROOT, 'credentials', file), join(folder, 'credentials', file));

	const whole = readJson(join(ROOT, 'package.json')) as Manifest;
	const { devDependencies: _development, scripts, n8n, keywords, ...kept } = whole;
	const manifest = {
		...kept,
		name,
		description: `n8n node that creates and updates groups in ${service} from workflow items`,
		keywords: keywords.filter((keyword) => !foreign.includes(keyword)),
		scripts: { build: scripts.build },
		n8n: {
			...n8n,
			credentials: n8n.credentials.filter((path) => credentials.some((one) => path.includes(`/${one}.`))),
			nodes: n8n.nodes.filter((path) => path.includes(`/${node}/`)),
		},
	};
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, '\t')}\n`);

	const codex = join(folder, 'nodes', node, `${node}.node.json`);
	writeFileSync(codex, readFileSync(codex, 'utf8').replace(`"${whole.name}.`, `"${name}.`));
	writeFileSync(join(folder, 'README.md'), readme(name, service, page, whole));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

/** The service's page, with how to install it; its links lead to the repository. */
function readme(name: string, service: string, page: string, { name: whole, homepage }: Manifest): string {
	const [title = '', ...text] = readFileSync(join(ROOT, 'docs', page), 'utf8').split('\n');
	const linked = text
		.join('\n')
		.replace(/\]\((?!https?:|#)(?:\.\/)?images\//g, `](${homepage}/raw/main/docs/images/`)
		.replace(/\]\(\.\.\/(?!https?:|#)/g, `](${homepage}/blob/main/`)
		.replace(/\]\((?!https?:|#)/g, `](${homepage}/blob/main/docs/`);
	return [
		title,
		'',
		`n8n node for ${service}. In n8n, open Settings > Community Nodes > Install and enter \`${name}\`.`,
		`The package [${whole}](${homepage}) holds the same node, together with a second one: install one of them.`,
		linked,
	].join('\n');
}

/**
 * Builds one half, puts it through n8n's lint and scanner, and packs it.
 *
 * @returns the path of the tarball
 */
export async function packHalf(folder: string): Promise<string> {
	const options = { cwd: folder, env: plainEnvironment(), timeout: 600_000 };
	const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);
	await run('npm', ['run', 'build', '--silent'], options);
	await run(bin('n8n-node'), ['lint'], options);
	const config = join(ROOT, 'test/lint/nodes-base.config.cjs');
	const eslint = ['--config', config, '--no-inline-config', '--max-warnings', '0', 'nodes', 'credentials'];
	await run(bin('eslint'), eslint, options);
	await run('node', [join(ROOT, 'test/lint/scan.mjs')], options);
	mkdirSync(SPLIT_FOLDER, { recursive: true });
	const packed = await run(
		'npm',
		['pack', '--json', '--ignore-scripts', '--pack-destination', SPLIT_FOLDER],
		options,
	);
	const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
	return join(SPLIT_FOLDER, filename);
}
