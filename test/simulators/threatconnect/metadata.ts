import type { FastifyRequest } from 'fastify';
import { canRead } from './context';
import { EVENT_TYPES, INDICATOR_TYPES, isCustomIndicator, REGISTRY_VALUE_TYPES } from './fields';
import { page, parameter, requestedFields, sortedRows } from './queries';
import {
	ARTIFACT_INDICATORS,
	ARTIFACT_TYPES,
	ATTRIBUTE_TYPES,
	USER_GROUPS,
	USERS,
	type ApiUser,
	type AttributeType,
	type Entity,
	type Owner,
} from './seeds';
import { scopeOf, serve, type Service } from './service';
import { tqlFilter, type Keywords } from './tql';
import {
	ATTRIBUTE_TYPE_KEYWORDS,
	LABEL_KEYWORDS,
	OWNER_KEYWORDS,
	ownersOf,
	TAG_KEYWORDS,
	USER_KEYWORDS,
} from './tqlKeywords';

const ROLES: Record<Owner['type'], string> = {
	Organization: 'Organization Administrator',
	Community: 'Editor',
	Source: 'Editor',
};

function describeOwner(user: ApiUser, owner: Owner): Record<string, unknown> {
	const permission = user.permissions[owner.name];
	return {
		...owner,
		ownerRole: permission === 'FULL' ? ROLES[owner.type] : 'Read Only',
		permApps: permission,
		permAttribute: permission,
		permGroup: permission,
		permIndicator: permission,
		permTag: permission,
		permVictim: permission,
	};
}

function describeAttributeType(type: AttributeType, withMapping: boolean): Record<string, unknown> {
	const { groupTypes, ownerName, selectOne, ...shown } = type;
	return {
		...shown,
		errorMessage: `Please enter a valid ${type.name}.`,
		system: ownerName === undefined,
		...(ownerName !== undefined && { ownerName }),
		...(selectOne && {
			validationRule: {
				id: `9${type.id}`,
				name: type.name,
				version: '1',
				description: `The values of ${type.name}`,
				text: `${selectOne.join(';')};`,
				type: 'SelectOne',
			},
		}),
		// Only the name is documented. Apps made with the SDK read a list of objects with a `type`, without an envelope.
		...(withMapping && { attributeTypeMappings: groupTypes.map((name) => ({ type: name })) }),
	};
}

const describeUser = ({ permissions: _permissions, cannotList: _cannotList, ...shown }: ApiUser) => shown;

const describeTag = ({ ownerName, ...tag }: Entity) => ({ ...tag, owner: ownerName });

/** docs: artifact_types/retrieve. */
const ARTIFACT_TYPE_ROWS = Object.entries(ARTIFACT_TYPES).map(([name, dataType], index) => ({
	id: String(index + 1),
	name,
	description: `An artifact of the type ${name}`,
	dataType,
	...(ARTIFACT_INDICATORS[name] && { intelType: `indicator-${ARTIFACT_INDICATORS[name]}` }),
	derivedLink: ARTIFACT_INDICATORS[name] ? 'True' : 'False',
}));

const camelCase = (text: string) =>
	text.replace(/\W+/g, '').replace(/^[A-Z]+(?=[A-Z][a-z]|$)|^[A-Z]/, (start) => start.toLowerCase());

/** docs (v2): indicator types. Flags are texts, and only a custom type has a list of its fields. */
function describeIndicatorType(type: string): Record<string, string> {
	const entity = camelCase(type);
	const custom = isCustomIndicator(type);
	const labels = custom ? (INDICATOR_TYPES[type] ?? []) : [];
	const values = labels.flatMap((label, index) => [
		[`value${index + 1}Label`, label],
		[`value${index + 1}Type`, label === 'Value Type' ? 'selectone' : 'text'],
		...(label === 'Value Type' ? [[`value${index + 1}Option`, REGISTRY_VALUE_TYPES.join(';')]] : []),
	]);
	return {
		name: type,
		custom: String(custom),
		parsable: 'true',
		apiBranch: /[sx]$/.test(entity) ? `${entity}es` : `${entity}s`,
		apiEntity: entity,
		...(custom && { casePreference: 'sensitive' }),
		...(Object.fromEntries(values) as Record<string, string>),
	};
}

type ListOptions<Row> = {
	keywords?: Keywords<Row>;
	fields?: string[];
	alwaysCount?: boolean;
	/** Rows that are left out of what a query finds. */
	isHidden?(row: Row, tql: string | undefined): boolean;
	/** Whether it is not one of the lists from which clients fill their drop-downs. */
	isData?: boolean;
};

/** A list of objects other than groups: `tql`, `fields` and pages. */
export function serveList<Row>(
	service: Service,
	path: string,
	rows: (user: ApiUser) => readonly Row[],
	render: (row: Row, request: FastifyRequest) => unknown,
	options: ListOptions<Row> = {},
): void {
	const { keywords = {}, fields = [], alwaysCount, isData, isHidden } = options;
	serve(
		service.app,
		path,
		{
			GET: async (request) => {
				const tql = parameter(request, 'tql');
				requestedFields(request, fields);
				const all = rows(request.threatConnectUser).filter((row) => isHidden?.(row, tql) !== true);
				const scope = scopeOf(service, request);
				const found = tql === undefined ? all : all.filter(tqlFilter(tql, keywords, scope));
				const inOrder = sortedRows(request, scope, found, keywords);
				return page(request, inOrder, (row) => render(row, request), { alwaysCount });
			},
		},
		isData ? {} : { metadata: true },
	);
}

const asItIs = <Row>(row: Row) => row;

/** The lists from which clients fill their drop-downs. `olderServer`: a server from before March 2026. */
export function serveMetadata(service: Service, olderServer: boolean): void {
	const { app, state } = service;
	serveList(
		service,
		'/security/owners',
		ownersOf,
		(owner, request) => describeOwner(request.threatConnectUser, owner),
		{ keywords: OWNER_KEYWORDS },
	);
	serveList(service, '/security/users', () => USERS, describeUser, { keywords: USER_KEYWORDS });
	serveList(service, '/security/userGroups', () => USER_GROUPS, asItIs);
	serveList(
		service,
		'/attributeTypes',
		(user) => ATTRIBUTE_TYPES.filter(({ ownerName }) => ownerName === undefined || canRead(user, ownerName)),
		(type, request) => describeAttributeType(type, requestedFields(request, ['mapping']).has('mapping')),
		{ keywords: ATTRIBUTE_TYPE_KEYWORDS, fields: ['mapping'], alwaysCount: true },
	);
	serveList(service, '/securityLabels', () => state.securityLabels.all(), asItIs, {
		keywords: LABEL_KEYWORDS,
	});
	serveList(
		service,
		'/tags',
		(user) => state.tags.all().filter(({ ownerName }) => canRead(user, ownerName)),
		describeTag,
		{ keywords: TAG_KEYWORDS },
	);
	serveList(service, '/artifactTypes', () => ARTIFACT_TYPE_ROWS, asItIs, { alwaysCount: true });
	// The path is documented, but the shape of its response is not.
	if (!olderServer) {
		const rows = EVENT_TYPES.map((name, index) => ({ id: String(index + 1), name }));
		serveList(service, '/groups/eventTypeCategories', () => rows, asItIs, { alwaysCount: true });
	}
	serve(
		app,
		'/types/indicatorTypes',
		{
			GET: async () => {
				const indicatorType = Object.keys(INDICATOR_TYPES).map(describeIndicatorType);
				return { status: 'Success', data: { resultCount: indicatorType.length, indicatorType } };
			},
		},
		{ version: 'v2', metadata: true },
	);
}
