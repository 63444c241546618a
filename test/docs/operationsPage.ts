import { createHash } from 'node:crypto';

import {
	type IBinaryKeyData,
	type IDataObject,
	type INodeParameters,
	type INodeTypeDescription,
	NodeHelpers,
} from 'n8n-workflow';

import { load } from '../engine/harness';
import type { RunningServer } from '../simulators/shared/server';
import {
	keyOf,
	type NodeExamples,
	type Operation,
	type Outcome,
	outcomeOf,
	parametersOf,
	pictureOf,
} from './examples';
import { shownForm, shownParameters } from './parameters';

/** A page of docs/ that shows each operation of a node by an example. */

const json = (value: unknown) => `\`\`\`json\n${JSON.stringify(value, null, 2)}\n\`\`\``;

/** A request with its target decoded. For a file, only the target is shown. */
function http({ method, target, body }: Outcome['requests'][number]): string {
	const head = `${method} ${decodeURIComponent(target)}`;
	return body.startsWith('{') ? `${head}\n${JSON.stringify(JSON.parse(body), null, 2)}` : head;
}

/** One item as an object; several items as a list. */
const items = (all: unknown[]) => json(all.length === 1 ? all[0] : all);

/** A text without characters that Markdown would interpret. */
const plain = (text: string) =>
	text.replace(/[\\`*<|]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/g, '\\$&').replace(/\n/g, ' ');

function table(head: [string, string], rows: Array<[string, string]>): string {
	const line = (cells: [string, string]) =>
		`| ${cells.map((cell) => cell.replace(/\|/g, '\\|')).join(' | ')} |`;
	return [line(head), '| --- | --- |', ...rows.map(line)].join('\n');
}

const plural = (count: number, noun: string) => (count === 1 ? noun : `${noun}s`);

type Section<Service extends RunningServer, Options> = {
	node: NodeExamples<Service, Options>;
	description: INodeTypeDescription;
	key: string;
	title: string;
	outcome: Outcome;
};

/** The node as n8n describes it. */
async function descriptionOf({ type }: { type: string }): Promise<INodeTypeDescription> {
	const { ours } = await load();
	const found = ours.nodeTypes[type];
	if (!found) throw new Error(`No node type ${type}: build the package`);
	return NodeHelpers.getVersionedNodeType(found.type).description;
}

function section<Service extends RunningServer, Options>({
	node,
	description,
	key,
	title,
	outcome,
}: Section<Service, Options>): string {
	const example = node.examples[key];
	if (!example) throw new Error(`No example of ${key}`);
	const files = outcome.items.flatMap(({ binary }) => (binary ? [withoutBytes(binary)] : []));
	return [
		`## ${title}`,
		example.purpose,
		`![The parameters of ${title} in n8n](${pictureOf(node.name, key)})`,
		table(['Parameter', 'Value'], shownParameters(description, parametersOf(key, example))),
		'### Example',
		`Input ${plural(example.items.length, 'item')}${example.file ? `, with the file \`${example.file.name}\` in the binary field \`data\`` : ''}:`,
		items(example.items),
		...(outcome.requests.length > 0
			? [
					`What was sent${outcome.requests.length > 1 ? ', in this order' : ''}:`,
					`\`\`\`http\n${outcome.requests.map(http).join('\n\n')}\n\`\`\``,
				]
			: []),
		`Output ${plural(outcome.items.length, 'item')}:`,
		items(outcome.items.map((item) => item.json)),
		...(files.length > 0 ? ['and its binary fields:', items(files)] : []),
		...(example.notes.length > 0 ? ['### Good to know', ...example.notes] : []),
		'### Errors',
		...example.failures.flatMap(({ what, todo }, index) => {
			const { message, description } = outcome.failures[index] ?? { message: '', description: '' };
			return [
				`**${what}.**`,
				`> ${plain(message)}${description === '' ? '' : `\n>\n> ${plain(description)}`}`,
				...(todo === undefined ? [] : [todo]),
			];
		}),
	].join('\n\n');
}

/** The files of an item as n8n lists them, without their bytes. */
const withoutBytes = (binary: IBinaryKeyData) =>
	Object.fromEntries(Object.entries(binary).map(([field, { data: _data, ...file }]) => [field, file]));

/** The title as the drop-downs have it, e.g. `File: Upload`. */
function titleOf(
	{ properties }: INodeTypeDescription,
	operations: ReadonlyArray<Operation>,
	key: string,
): string {
	const operation = operations.find((one) => keyOf(one) === key);
	const resources = properties.find(({ name }) => name === 'resource')?.options ?? [];
	const resource = resources.find((one) => 'value' in one && one.value === operation?.resource);
	if (!operation || !resource) throw new Error(`No operation ${key}`);
	return `${resource.name}: ${operation.name}`;
}

const anchor = (title: string) =>
	title
		.toLowerCase()
		.replace(/[^\p{L}\p{N} _-]/gu, '')
		.replaceAll(' ', '-');

/** The whole page in Markdown, with the present results of its examples. */
export async function pageOf<Service extends RunningServer, Options>(
	node: NodeExamples<Service, Options>,
): Promise<string> {
	const description = await descriptionOf(node);
	const sections: string[] = [];
	const titles: string[] = [];
	// Operations on groups come before those on other records.
	const isOther = ({ resource }: Operation) => Number(resource !== 'group');
	for (const operation of [...node.operations].sort((a, b) => isOther(a) - isOther(b))) {
		const key = keyOf(operation);
		const example = node.examples[key];
		if (!example) throw new Error(`${node.name} ${key} has no example in test/docs`);
		const title = titleOf(description, node.operations, key);
		titles.push(title);
		sections.push(section({ node, description, key, title, outcome: await outcomeOf(node, key, example) }));
	}
	return [
		'<!-- Made from test/docs by `npm run docs`; the pictures by `npm run docs:pictures`. -->',
		`# ${description.displayName}: its operations`,
		node.introduction,
		titles.map((title) => `- [${title}](#${anchor(title)})`).join('\n'),
		...sections,
	].join('\n\n');
}

/** A fingerprint of what a picture must show. If it differs, a new picture has to be taken. */
export async function pictured(
	node: { type: string; examples: Record<string, { parameters: INodeParameters; items: IDataObject[] }> },
	key: string,
): Promise<string> {
	const example = node.examples[key];
	if (!example) throw new Error(`No example of ${key}`);
	const rows = shownForm(await descriptionOf(node), parametersOf(key, example));
	return createHash('sha256')
		.update(JSON.stringify([rows, example.items]))
		.digest('hex')
		.slice(0, 16);
}
