import type { FastifyRequest } from 'fastify';
import { canRead, requireWrite, type Context, type Entry } from './context';
import { refusal } from './errors';
import { laterThan } from './groups';
import { canonicalId } from './identifiers';
import { changeAttribute, mergeAttributes } from './lists';
import { page, parameter, requestedFields } from './queries';
import { contextOf, scopeOf, serve, type Service } from './service';
import type { AttributeRow, GroupRow } from './state';
import { tqlFilter } from './tql';
import { ATTRIBUTE_KEYWORDS, attributesOf } from './tqlKeywords';
import { attribute } from './view';

const FIELDS = ['securityLabels'];

type Found = { group: GroupRow; row: AttributeRow };

function groupOf({ state, user }: Context, id: string): GroupRow {
	const group = state.groups.get(id);
	if (!group || !canRead(user, group.ownerName)) throw refusal('NotFound');
	return group;
}

function findAttribute(context: Context, request: FastifyRequest): Found {
	const { id } = request.params as { id: string };
	const wanted = /^\d+$/.test(id) ? canonicalId(id) : '';
	const group = context.state.groups.find(({ attributes }) => attributes.some((row) => row.id === wanted));
	const row = group?.attributes.find((candidate) => candidate.id === wanted);
	if (!group || !row || !canRead(context.user, group.ownerName)) throw refusal('NotFound');
	return { group, row };
}

function write(context: Context, group: GroupRow, change: () => AttributeRow[]): AttributeRow[] {
	requireWrite(context.user, group.ownerName);
	return context.state.transaction(() => {
		const attributes = change();
		const lastModified = laterThan(group.lastModified, context.now);
		context.state.groups.put({ ...group, attributes, lastModified });
		return attributes;
	});
}

function create(context: Context, body: Entry): AttributeRow | undefined {
	const { groupId, ...entry } = body;
	const group = groupOf(context, String(groupId));
	return write(context, group, () => mergeAttributes(context, group, { data: [entry] })).at(-1);
}

/** docs: group_attributes, for one attribute of a group. The body of a group changes all of them. */
export function serveGroupAttributes(service: Service): void {
	const { app, state } = service;
	const answer = (row: AttributeRow | undefined, request: FastifyRequest, message?: string) => ({
		data: row && attribute(state, row, requestedFields(request, FIELDS).has('securityLabels')),
		...(message && { message }),
		status: 'Success',
	});
	serve(
		app,
		'/groupAttributes',
		{
			GET: async (request) => {
				const fields = requestedFields(request, FIELDS);
				const tql = parameter(request, 'tql');
				const rows = state.groups
					.all()
					.filter(({ ownerName }) => canRead(request.threatConnectUser, ownerName))
					.flatMap(attributesOf);
				const found =
					tql === undefined
						? rows
						: rows.filter(tqlFilter(tql, ATTRIBUTE_KEYWORDS, scopeOf(service, request)));
				return page(request, found, ({ groupId: _groupId, ownerName: _ownerName, ...row }) =>
					attribute(state, row, fields.has('securityLabels')),
				);
			},
			POST: async (request, reply) => {
				requestedFields(request, FIELDS);
				const row = create(contextOf(service, request), request.body as Entry);
				reply.code(201);
				return answer(row, request, 'Created');
			},
		},
		{ bodies: { POST: 'groupAttributeCreate' } },
	);
	serve(
		app,
		'/groupAttributes/:id',
		{
			GET: async (request) => answer(findAttribute(contextOf(service, request), request).row, request),
			PUT: async (request) => {
				requestedFields(request, FIELDS);
				const context = contextOf(service, request);
				const { group, row } = findAttribute(context, request);
				const changed = write(context, group, () =>
					changeAttribute(context, group, row, request.body as Entry),
				);
				return answer(
					changed.find(({ id }) => id === row.id),
					request,
					'Updated',
				);
			},
			DELETE: async (request) => {
				const context = contextOf(service, request);
				const { group, row } = findAttribute(context, request);
				write(context, group, () => group.attributes.filter(({ id }) => id !== row.id));
				return { message: 'Deleted', status: 'Success' };
			},
		},
		{ bodies: { PUT: 'groupAttributeUpdate' } },
	);
}
