import type { FastifyRequest } from 'fastify';
import { canRead } from './context';
import { isCustomIndicator, GENERIC_VALUES, INDICATOR_TYPES, type Association } from './fields';
import { requestedFields } from './queries';
import { serveList } from './metadata';
import type { ApiUser, Entity } from './seeds';
import { serve, type Service } from './service';
import {
	ARTIFACT_KEYWORDS,
	CASE_KEYWORDS,
	INDICATOR_KEYWORDS,
	VICTIM_ASSET_KEYWORDS,
	victimAssetSummary,
} from './tqlKeywords';
import { describe as describeGroup, entity, wrap } from './view';

/** docs: additional_fields has the answer of `OPTIONS /v3/indicators/fields`. The simulator has data for some of these. */
const INDICATOR_FIELDS = [
	'associatedArtifacts',
	'associatedCases',
	'associatedGroups',
	'associatedIndicators',
	'attributes',
	'genericCustomIndicatorValues',
	'securityLabels',
	'tags',
];
/** docs: the associations pages of cases, artifacts and victim assets. */
const CASE_FIELDS = ['associatedGroups', 'associatedIndicators', 'attributes', 'tags'];
const ARTIFACT_FIELDS = ['associatedGroups', 'associatedIndicators'];
const VICTIM_ASSET_FIELDS = ['associatedGroups'];

function groupsOf({ state }: Service, kind: Association, id: string): Array<Record<string, unknown>> {
	return state.groups
		.all()
		.filter((group) => group[kind].includes(id))
		.map((group) => describeGroup(state, group));
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
		{
			keywords: INDICATOR_KEYWORDS,
			fields: INDICATOR_FIELDS,
			isData: true,
			// docs: indicators/retrieve, "By default, only active Indicators will be included in responses".
			isHidden: ({ active }, tql = '') => active === false && !/\bindicatorActive\b/i.test(tql),
		},
	);
	const describe =
		(kind: Association, fields: readonly string[]) =>
		(row: Entity, request: FastifyRequest): Record<string, unknown> => ({
			...entity(row),
			...Object.fromEntries(
				[...requestedFields(request, fields)].map((name) => [
					name,
					name === 'associatedGroups' ? wrap(groupsOf(service, kind, row.id)) : (row[name] ?? {}),
				]),
			),
		});
	serveList(service, '/cases', readable(state.cases), describe('associatedCases', CASE_FIELDS), {
		keywords: CASE_KEYWORDS,
		fields: CASE_FIELDS,
		isData: true,
	});
	serveList(
		service,
		'/artifacts',
		readable(state.artifacts),
		describe('associatedArtifacts', ARTIFACT_FIELDS),
		{ keywords: ARTIFACT_KEYWORDS, fields: ARTIFACT_FIELDS, isData: true },
	);
	const describeAsset = describe('associatedVictimAssets', VICTIM_ASSET_FIELDS);
	serveList(
		service,
		'/victimAssets',
		readable(state.victimAssets),
		(row, request) => ({ ...describeAsset(row, request), summary: victimAssetSummary(row) }),
		{ keywords: VICTIM_ASSET_KEYWORDS, fields: VICTIM_ASSET_FIELDS, isData: true },
	);
	for (const [path, fields] of Object.entries({
		indicators: INDICATOR_FIELDS,
		cases: CASE_FIELDS,
		artifacts: ARTIFACT_FIELDS,
		victimAssets: VICTIM_ASSET_FIELDS,
	})) {
		const data = fields.map((name) => ({ name, description: `Includes ${name}`, includedByDefault: false }));
		serve(service.app, `/${path}/fields`, {
			OPTIONS: async () => ({ data, count: data.length, status: 'Success' }),
		});
	}
}
