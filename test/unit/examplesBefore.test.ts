import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type INode, type INodeType, NodeHelpers } from 'n8n-workflow';

import { AttackForgeGroup } from '../../nodes/AttackForgeGroup/AttackForgeGroup.node';
import { AttackForgeGroupTrigger } from '../../nodes/AttackForgeGroup/AttackForgeGroupTrigger.node';
import { ThreatConnectGroup } from '../../nodes/ThreatConnectGroup/ThreatConnectGroup.node';
import { ThreatConnectGroupTrigger } from '../../nodes/ThreatConnectGroup/ThreatConnectGroupTrigger.node';

/**
 * The examples as they were before the form had Description, Status, Tag Names, Security Label Names, Indicators and the rows of
 * Attributes in sight. n8n ignores a parameter that the node no longer has. So a workflow of that time still loads, and the test says
 * which of its settings are lost.
 */

const FOLDER = join(__dirname, '../fixtures/examples-before-0.1.0');

const NODES: Record<string, INodeType> = {
	attackForgeGroup: new AttackForgeGroup(),
	attackForgeGroupTrigger: new AttackForgeGroupTrigger(),
	threatConnectGroup: new ThreatConnectGroup(),
	threatConnectGroupTrigger: new ThreatConnectGroupTrigger(),
};

/** Rows of attributes, which had the name of the rows of all lists. */
const rowsOf = (list: string, count: number): string[] =>
	Array.from({ length: count }).flatMap((_row, index) =>
		['type', 'value', 'default', 'pinned', 'source', 'securityLabels'].map(
			(name) => `${list}.list.data.entry[${index}].${name}`,
		),
	);

/** The settings that n8n drops, by the name of the node. An example that is not named here runs as before. */
const DROPPED: Record<string, Record<string, string[]>> = {
	'errors-to-tickets.json': { 'Create incidents': ['additionalFields.status'] },
	'findings-to-groups.json': {
		'Create YARA signature': ['additionalFields.tags.list.name', 'additionalFields.securityLabels.list.name'],
		'Create incidents': [
			'additionalFields.status',
			'additionalFields.description',
			'additionalFields.tags.list.name',
			// n8n keeps the rows of attributes too, but the node does not read rows of this name.
			'additionalFields.securityLabels.list.name',
		],
		'Mark as contained': ['updateFields.status', ...rowsOf('updateFields.attributes', 1)],
		'Mark as false positive': ['updateFields.status'],
		'Write the report': [
			'additionalFields.description',
			'additionalFields.tags.list.name',
			'additionalFields.securityLabels.list.name',
		],
	},
	'report-with-pdf.json': { 'Write the report': ['additionalFields.description'] },
	'yara-to-signatures.json': { 'Write the signatures': ['additionalFields.description'] },
};

/** Paths of all plain values, e.g. `options.fields[0]`. */
function pathsOf(value: unknown, path = ''): string[] {
	if (typeof value !== 'object' || value === null) return [path];
	return Object.entries(value).flatMap(([name, one]) =>
		pathsOf(one, Array.isArray(value) ? `${path}[${name}]` : path === '' ? name : `${path}.${name}`),
	);
}

function droppedOf({ type, parameters }: INode): string[] {
	const node = NODES[type.replace(/^.*\./, '')];
	if (!node) return [];
	const { description } = node;
	const read = NodeHelpers.getNodeParameters(
		description.properties,
		parameters,
		true,
		false,
		{ typeVersion: 1 },
		description,
	);
	const kept = new Set(pathsOf(read));
	// n8n itself adds the times at which a trigger polls.
	return pathsOf(parameters).filter((path) => !kept.has(path) && !path.startsWith('pollTimes.'));
}

test.each(readdirSync(FOLDER))('%s keeps the settings that the node still has', (file) => {
	const { nodes } = JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as { nodes: INode[] };
	const dropped = nodes
		.map((node): [string, string[]] => [node.name, droppedOf(node)])
		.filter(([, paths]) => paths.length > 0);
	expect(Object.fromEntries(dropped)).toEqual(DROPPED[file] ?? {});
});
