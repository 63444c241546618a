import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Half } from './split';

const ROOT = resolve(__dirname, '../..');

/** A section of README.md, without its heading. */
function section(heading: string): string {
	const text = readFileSync(join(ROOT, 'README.md'), 'utf8');
	const [level = ''] = heading.split(' ');
	const start = text.indexOf(`\n${heading}\n`);
	if (start < 0) throw new Error(`README.md has no heading "${heading}"`);
	const rest = text.slice(start + heading.length + 2);
	const end = rest.search(new RegExp(`^#{1,${level.length}} `, 'm'));
	return (end < 0 ? rest : rest.slice(0, end)).trim();
}

/** The text before a section's first heading of its own. */
const opening = (text: string) => text.split(/^#+ /m)[0]?.trim() ?? '';

/** Leaves out paragraphs and entries of lists that name the other service. */
const without = (other: string, text: string) =>
	text
		.split('\n\n')
		.map((block) =>
			block
				.split(/\n(?=- )/)
				.filter((entry) => !entry.toLowerCase().includes(other.toLowerCase()))
				.join('\n'),
		)
		.filter((block) => block !== '')
		.join('\n\n');

/**
 * The page that npm shows of a single service's package. It holds what README.md says of its node and of both nodes,
 * with links that lead to the repository.
 */
export function readmeOf(half: Half, homepage: string): string {
	const { name, other, node, does, credentials, sections, failure } = half;
	const link = (title: string, path: string) => `- [${title}](${path})`;
	const parts = [
		`# ${name}`,
		`An [n8n](https://n8n.io) node. **${node}** ${does}`,
		'## Install in n8n',
		`On a self-hosted n8n, as owner or admin: **Settings > Community Nodes > Install**, enter \`${name}\`. Then search for "${node}" in the node panel.`,
		'## Credentials',
		opening(section('## Credentials')),
		...credentials.flatMap((heading) => [`### ${heading}`, section(`### ${heading}`)]),
		...sections.flatMap((heading) => {
			const text = without(other, section(`## ${heading}`));
			const title = heading.replace('nodes do', 'node does');
			return [`## ${title}`, text.replace(/```json\n[^]*?\n```/, failure ?? '$&')];
		}),
		'## Further reading',
		[
			link('What the node does when something goes wrong, and how that was tested', 'docs/reliability.md'),
			link('Messages and what to do about them', 'docs/troubleshooting.md'),
			link('Workflows to import', 'docs/recipes.md'),
			link('Coming from HTTP Request, or from another package with the same node', 'docs/migration.md'),
			link('Versions of n8n that it was tested in', 'docs/compatibility.md'),
			link('What changed', 'CHANGELOG.md'),
			link('What is protected, and how to report a vulnerability', 'SECURITY.md'),
			link('License', 'LICENSE'),
		].join('\n'),
	];
	return `${parts.join('\n\n')}\n`
		.replace(/(!\[[^\]]*\]\()(?!https?:)/g, `$1${homepage}/raw/main/`)
		.replace(/\]\((?!https?:|#)/g, `](${homepage}/blob/main/`);
}
