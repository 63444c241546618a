import type { INodeParameters, INodeType, INodeTypeDescription, IVersionedNodeType } from 'n8n-workflow';
import { NodeHelpers } from 'n8n-workflow';
import { gzipSync } from 'node:zlib';
import { load } from '../engine/harness';

/** What a node costs before it runs: its description, which the editor loads, and the check of its form. */

export type FormCost = {
	/** Of the description that n8n gives the editor, with all versions of the node. */
	kib: number;
	gzipKib: number;
	/** Milliseconds to fill a form with its defaults and to check it, as n8n does when it loads a workflow and runs it. */
	checkMs: number;
};

const NODES: Record<string, { type: string; parameters: INodeParameters }> = {
	'ThreatConnect Group': {
		type: 'threatConnectGroup',
		parameters: {
			resource: 'group',
			operation: 'create',
			type: 'Incident',
			name: 'x',
			additionalFields: { xid: 'x', status: 'New' },
		},
	},
	'AttackForge Group': {
		type: 'attackForgeGroup',
		parameters: { resource: 'group', operation: 'create', name: 'x' },
	},
	HubSpot: {
		type: 'Hubspot/Hubspot',
		parameters: {
			resource: 'contact',
			operation: 'upsert',
			email: 'a@example.com',
			additionalFields: { city: 'x', country: 'y' },
		},
	},
	Salesforce: {
		type: 'Salesforce/Salesforce',
		parameters: {
			resource: 'lead',
			operation: 'create',
			company: 'x',
			lastname: 'y',
			additionalFields: { city: 'x', status: 'New' },
		},
	},
	'TheHive 5': {
		type: 'TheHiveProject/TheHiveProject',
		parameters: {
			resource: 'alert',
			operation: 'create',
			alertFields: {
				mappingMode: 'defineBelow',
				value: { type: 'x', source: 'y', sourceRef: 'z', title: 't' },
			},
		},
	},
};

const KIB = 1024;
const CHECKS = 300;

export async function formCosts(): Promise<Record<string, FormCost>> {
	const { ours, base } = await load();
	const costs: Record<string, FormCost> = {};
	for (const [name, { type, parameters }] of Object.entries(NODES)) {
		const [, file = type] = type.split('/');
		const key = file.charAt(0).toLowerCase() + file.slice(1);
		const loader = type.includes('/') ? base : ours;
		if (loader === base) base.loadNodeFromFile(`dist/nodes/${type}.node.js`);
		const loaded = loader.nodeTypes[key]?.type;
		if (!loaded) throw new Error(`There is no node ${key}`);
		const text = JSON.stringify(descriptionsOf(loaded));
		costs[name] = {
			kib: Buffer.byteLength(text) / KIB,
			gzipKib: gzipSync(text).length / KIB,
			checkMs: checkTime(NodeHelpers.getVersionedNodeType(loaded).description, parameters),
		};
	}
	return costs;
}

const descriptionsOf = (loaded: INodeType | IVersionedNodeType): INodeTypeDescription[] =>
	'nodeVersions' in loaded
		? Object.values(loaded.nodeVersions).map(({ description }) => description)
		: [loaded.description];

function checkTime(description: INodeTypeDescription, parameters: INodeParameters): number {
	const version = [description.version].flat().at(-1) ?? 1;
	const node = {
		id: '1',
		name: 'Node',
		type: description.name,
		typeVersion: version,
		position: [0, 0] as [number, number],
		parameters,
	};
	const check = () => {
		const filled = NodeHelpers.getNodeParameters(
			description.properties,
			parameters,
			true,
			false,
			node,
			description,
		);
		NodeHelpers.getNodeParametersIssues(
			description.properties,
			{ ...node, parameters: filled ?? {} },
			description,
		);
	};
	for (let warm = 0; warm < CHECKS; warm++) check();
	const begin = performance.now();
	for (let time = 0; time < CHECKS; time++) check();
	return (performance.now() - begin) / CHECKS;
}
