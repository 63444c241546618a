import type { FastifyRequest } from 'fastify';
import { canRead, requireWrite, type Entry } from './context';
import { refusal } from './errors';
import { REQUESTABLE_FIELDS } from './fields';
import { createGroup, removeGroup, updateGroup } from './groups';
import { describeGroupFields } from './descriptors';
import { page, parameter, requestedFields, sortedGroups } from './queries';
import { contextOf, findGroup, ownerParameter, scopeOf, serve, type Service } from './service';
import type { GroupRow } from './state';
import { describeKeywords, tqlFilter } from './tql';
import { GROUP_KEYWORDS, UNLISTED_KEYWORDS } from './tqlKeywords';
import { describe } from './view';

/** The groups that a list or a deletion in bulk applies to. */
function requestedGroups(service: Service, request: FastifyRequest): GroupRow[] {
	const { threatConnectUser: user } = request;
	const ownerName = ownerParameter(contextOf(service, request), request);
	const tql = parameter(request, 'tql');
	const scope = scopeOf(service, request);
	const matches = tql === undefined ? () => true : tqlFilter(tql, GROUP_KEYWORDS, scope);
	return sortedGroups(
		request,
		scope,
		(group) =>
			canRead(user, group.ownerName) &&
			(ownerName === undefined || group.ownerName === ownerName) &&
			matches(group),
	);
}

/** docs: bulk_delete. Without `tql` it deletes everything. An administrator has to allow it. */
function deleteInBulk(service: Service, request: FastifyRequest) {
	if (!service.behaviour.bulkDelete) throw refusal('MethodNotAllowed');
	const context = contextOf(service, request);
	const groups = requestedGroups(service, request);
	service.state.transaction(() => {
		for (const { ownerName } of groups) requireWrite(context.user, ownerName);
		for (const { id } of groups) {
			const group = service.state.groups.get(id);
			if (group) removeGroup(context, group);
		}
	});
	return { message: 'Deleted', status: 'Success' };
}

function serveAll(service: Service): void {
	const { app, state, behaviour } = service;
	const handlers: Parameters<typeof serve>[2] = {
		GET: async (request) => {
			const fields = requestedFields(request);
			return page(request, requestedGroups(service, request), (group) =>
				describe(state, group, fields, request.threatConnectUser),
			);
		},
		POST: async (request, reply) => {
			const fields = requestedFields(request);
			const owner = parameter(request, 'owner');
			const context = contextOf(service, request);
			const group = state.transaction(() => createGroup(context, request.body as Entry, { owner }));
			reply.code(201);
			return {
				data: describe(state, group, fields, request.threatConnectUser),
				message: 'Created',
				status: 'Success',
			};
		},
		DELETE: async (request) => deleteInBulk(service, request),
		// docs: retrieve_fields. Both spellings are in use.
		OPTIONS: async (request) => {
			const all = parameter(request, 'show')?.toLowerCase() === 'readonly';
			return describeGroupFields(behaviour.nameLimit, all);
		},
	};
	serve(app, '/groups', handlers, { bodies: { POST: 'groupCreate' } });
	// docs: bulk_delete writes its path with a slash at the end. A path without the ID of a group looks the same.
	const { GET, DELETE, OPTIONS } = handlers;
	serve(app, '/groups/', { GET, DELETE, OPTIONS });
}

function serveOne(service: Service): void {
	const { app, state } = service;
	serve(
		app,
		'/groups/:segment',
		{
			GET: async (request) => {
				const fields = requestedFields(request);
				const group = findGroup(contextOf(service, request), request);
				return { data: describe(state, group, fields, request.threatConnectUser), status: 'Success' };
			},
			PUT: async (request) => {
				const fields = requestedFields(request);
				const context = contextOf(service, request);
				const group = findGroup(context, request);
				const changed = state.transaction(() => updateGroup(context, group, request.body as Entry));
				return {
					data: describe(state, changed, fields, request.threatConnectUser),
					message: 'Updated',
					status: 'Success',
				};
			},
			DELETE: async (request) => {
				const context = contextOf(service, request);
				const group = findGroup(context, request);
				state.transaction(() => removeGroup(context, group));
				return { message: 'Deleted', status: 'Success' };
			},
		},
		{ bodies: { PUT: 'groupUpdate' } },
	);
}

/** docs: a list of the results of OPTIONS. */
const listed = (data: unknown[]) => ({ data, count: data.length, status: 'Success' });

export function serveGroups(service: Service): void {
	serveAll(service);
	serveOne(service);
	serve(service.app, '/groups/fields', {
		OPTIONS: async () =>
			listed(
				Object.entries(REQUESTABLE_FIELDS).map(([name, description]) => ({
					name,
					description,
					includedByDefault: false,
				})),
			),
	});
	serve(service.app, '/groups/tql', {
		OPTIONS: async () => listed(describeKeywords(GROUP_KEYWORDS, UNLISTED_KEYWORDS)),
	});
}
