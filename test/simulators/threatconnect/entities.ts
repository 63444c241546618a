import type { FastifyRequest } from 'fastify';
import { canRead } from './context';
import { isCustomIndicator, GENERIC_VALUES, INDICATOR_TYPES, type Association } from './fields';
import { requestedFields } from './queries';
import { serveList } from './metadata';
import type { ApiUser, Entity } from './seeds';
import type { Service } from './service';
import {
	ARTIFACT_KEYWORDS,
	CASE_KEYWORDS,
	INDICATOR_KEYWORDS,
	VICTIM_ASSET_KEYWORDS,
	victimAssetSummary,
} from './tqlKeywords';
import { describe, entity, wrap } from './view';

/** docs: indicators/retrieve. The simulator has data for the first and the last of these. */
const INDICATOR_FIELDS = [
	'associatedGroups',
	'associatedArtifacts',
	'associatedCases',
	'associatedIndicators',
	'attributes',
	'securityLabels',
	'tags',
	'genericCustomIndicatorValues',
];

function groupsOf({ state }: Service, kind: Association, id: string): Array<Record<string, unknown>> {
	return state.groups
		.all()
		.filter((group) => group[kind].includes(id))
		.map((group) => describe(state, group));
}

function genericValues(row: Entity): Record<string, unknown> {
	const type = String(row.type);
	const names = isCustomIndicator(type) ? (INDICATOR_TYPES[type] ?? []) : [];
	return Object.fromEntries(names.map((name, index) => [GENERIC_VALUES[index], row[name]]));
}

function describeIndicator(service: Service, row: Entity, request: FastifyRequest): Record<string, unknown> {
	const asked = requestedFields(request, INDICATOR_FIELDS);
	const lists = [...asked].filter((name) => name !== 'genericCustomIndicatorValues');
	return {
		...entity(row),
		...Object.fromEntries(lists.map((name) => [name, row[name] ?? {}])),
		...(asked.has('associatedGroups') && {
			associatedGroups: wrap(groupsOf(service, 'associatedIndicators', row.id)),
		}),
		...(asked.has('genericCustomIndicatorValues') && genericValues(row)),
	};
}

/** The lists of the objects that groups can be associated to, with all that is needed to find one. */
export function serveEntities(service: Service): void {
	const { state } = service;
	const readable = (table: { all(): Entity[] }) => (user: ApiUser) =>
		table.all().filter(({ ownerName }) => canRead(user, ownerName));
	serveList(
		service,
		'/indicators',
		readable(state.indicators),
		(row, request) => describeIndicator(service, row, request),
		{ keywords: INDICATOR_KEYWORDS, fields: INDICATOR_FIELDS, isData: true },
	);
	serveList(service, '/cases', readable(state.cases), entity, { keywords: CASE_KEYWORDS, isData: true });
	serveList(service, '/artifacts', readable(state.artifacts), entity, {
		keywords: ARTIFACT_KEYWORDS,
		isData: true,
	});
	serveList(
		service,
		'/victimAssets',
		readable(state.victimAssets),
		(row) => ({ ...entity(row), summary: victimAssetSummary(row) }),
		{ keywords: VICTIM_ASSET_KEYWORDS, isData: true },
	);
}
