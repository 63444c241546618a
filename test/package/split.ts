import { cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { plainEnvironment, run } from '../e2e/processes';
import { readmeOf } from './readme';

/**
 * The two packages of a single service each, which n8n can verify. They are made from the sources of the combined
 * package.
 */

const ROOT = resolve(__dirname, '../..');

export type Half = {
	/** The name of the package. */
	name: string;
	service: string;
	/** The service of the other half. Nothing in this half names it. */
	other: string;
	/** The node's name, as the user sees it. */
	node: string;
	/** Continues the sentence that begins with the node's name, in the README. */
	does: string;
	/** Headings in README.md: of its chapter on credentials, and of the credentials themselves. */
	credentials: string[];
	sections: string[];
	/** A failed item for the README, if the failed item in README.md is the other service's. */
	failure?: string;
	/** Keywords of the package on npm, in addition to those of all three packages. */
	keywords: string[];
};

const SECTIONS = [
	'What the nodes do',
	'Start workflows',
	'Three ways to fill a record',
	'When an item fails',
	'Use in an AI agent',
	'Limits',
];

export const HALVES: Half[] = [
	{
		name: 'n8n-nodes-threatconnect',
		service: 'ThreatConnect',
		other: 'AttackForge',
		node: 'ThreatConnect Group',
		does: 'turns workflow items into ThreatConnect groups of all 17 types, with their tags, attributes, labels and associations.',
		credentials: ['ThreatConnect API', 'ThreatConnect HMAC API', 'In the HTTP Request node'],
		sections: ['Your first workflow in two minutes', ...SECTIONS],
		keywords: ['threatconnect', 'threat-intelligence'],
	},
	{
		name: 'n8n-nodes-attackforge',
		service: 'AttackForge',
		other: 'ThreatConnect',
		node: 'AttackForge Group',
		does: 'keeps AttackForge customer groups, with their contacts, custom fields, access and members, in step with a CRM or directory.',
		credentials: ['AttackForge API'],
		sections: SECTIONS,
		failure: `\`\`\`json
{
  "error": "Group 6082a4d0eb2b35001ed52ea2 was not found",
  "message": "Check the ID, and that your user may see the record. (PUT /api/ss/group/6082a4d0eb2b35001ed52ea2, HTTP 404)"
}
\`\`\``,
		keywords: ['attackforge', 'pentest'],
	},
];

type Manifest = {
	name: string;
	keywords: string[];
	homepage: string;
	n8n: { credentials: string[]; nodes: string[] };
	scripts: Record<string, string>;
} & Record<string, unknown>;

/** What both packages have, except files and folders that are named after the other package's service. */
const COMMON = [
	'index.js',
	'gulpfile.js',
	'tsconfig.json',
	'eslint.config.mjs',
	'LICENSE',
	'nodes',
	'credentials',
];

/**
 * Writes the sources of one half, ready to be built.
 *
 * @param folder a new folder
 */
export function writeHalf(half: Half, folder: string): void {
	const { name, service, other } = half;
	const isOurs = (path: string) => !path.toLowerCase().includes(`/${other.toLowerCase()}`);
	mkdirSync(folder, { recursive: true });
	for (const path of COMMON) {
		const filter = (source: string) => isOurs(source.slice(ROOT.length));
		cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter });
	}

	const whole = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
	const { devDependencies: _development, scripts, n8n, keywords, ...kept } = whole;
	const foreign = HALVES.find((one) => one !== half)?.keywords ?? [];
	const manifest = {
		...kept,
		name,
		description: `n8n node that creates and updates groups in ${service} from workflow items`,
		keywords: keywords.filter((keyword) => !foreign.includes(keyword)),
		scripts: { build: scripts.build },
		n8n: { ...n8n, credentials: n8n.credentials.filter(isOurs), nodes: n8n.nodes.filter(isOurs) },
	};
	writeFileSync(join(folder, 'package.json'), `${JSON.stringify(manifest, null, '\t')}\n`);
	for (const node of [`${service}Group`, `${service}GroupTrigger`]) {
		const codex = join(folder, `nodes/${service}Group/${node}.node.json`);
		writeFileSync(codex, readFileSync(codex, 'utf8').replace(`"${whole.name}.`, `"${name}.`));
	}
	writeFileSync(join(folder, 'README.md'), readmeOf(half, whole.homepage));
	symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
}

const TOOLS = { timeout: 600_000 };
const bin = (name: string) => join(ROOT, 'node_modules', '.bin', name);

/** Runs n8n's lint and scanner over the sources and over what was built from them. */
export async function checkHalf(folder: string): Promise<void> {
	const options = { ...TOOLS, cwd: folder, env: plainEnvironment() };
	await run(bin('n8n-node'), ['lint'], options);
	const config = join(ROOT, 'test/lint/nodes-base.config.cjs');
	const eslint = ['--config', config, '--no-inline-config', '--max-warnings', '0', 'nodes', 'credentials'];
	await run(bin('eslint'), eslint, options);
	await run('node', [join(ROOT, 'test/lint/scan.mjs')], options);
}

/**
 * Builds one half and packs it.
 *
 * @param destination a folder
 * @returns the path of the tarball
 */
export async function packHalf(folder: string, destination: string): Promise<string> {
	const options = { ...TOOLS, cwd: folder, env: plainEnvironment() };
	await run('npm', ['run', 'build', '--silent'], options);
	mkdirSync(destination, { recursive: true });
	const flags = ['--json', '--ignore-scripts', '--pack-destination', destination];
	const [{ filename }] = JSON.parse(await run('npm', ['pack', ...flags], options)) as [{ filename: string }];
	return join(destination, filename);
}
