import type { ServiceFailure } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { isNewId, Plan } from '../../shared/http/plan';
import { type ResponseOptions, GROUPS, type ListQuery, ThreatConnect, unlessRefused } from '../api/client';
import { groupPath, type GroupReference } from '../api/references';
import { failure } from '../api/responses';
import { plainSpelling } from '../query/matching';
import { ACTIVE_OR_NOT } from '../query/clauses';
import { OBJECT_TYPES } from '../fields/associations';
import { keysAddedBy } from '../fields/receivedGroup';
import { fieldsShowing, rowsOf } from './compareGroup';
import { isFindable } from './createGroup';
import { searchFor } from './findRecords';
import { noticeOfUnlisted } from './unlistedNames';
import { asksFor, noteChanges, PlannedGroup, recordAfter } from './plannedGroup';

/** @returns what gives each item of a run ThreatConnect as a preview sees it */
export function preview(api: ThreatConnect): (index: number) => { api: ThreatConnect; plan: Plan } {
	const run = new PreviewedThreatConnect({ ...api.connection, isReadOnly: true });
	return (index) => {
		const ofItem = run.forItem(index);
		return { api: ofItem, plan: ofItem.plan };
	};
}

/** A group without the keys that a response has only because they were compared. @param asked the user asked for these */
function withoutFields(
	group: JsonObject,
	compared: readonly string[],
	asked: readonly string[] = [],
): JsonObject {
	const hidden = keysAddedBy(compared.filter((field) => !asksFor(asked, field)));
	return Object.fromEntries(Object.entries(group).filter(([name]) => !hidden.includes(name)));
}

/** The XID and the owner of a group, or of a reference to one, as they are compared. */
const xidKey = ({ xid, ownerName }: JsonObject): string | undefined =>
	isUnset(xid) ? undefined : JSON.stringify([ownerName ?? '', plainSpelling(String(xid))]);

const nameKey = (name: unknown) => plainSpelling(String(name)).toLowerCase();

/**
 * ThreatConnect in which nothing is written. A write is noted in the plan of the item, and is shown by later responses, so
 * that the operation reads it back, and later items of the run find it.
 */
class PreviewedThreatConnect extends ThreatConnect {
	/** What items would change, create or delete, by ID. */
	private readonly planned = new Map<string, PlannedGroup>();
	/** IDs of groups after the writes of earlier items, by `xidKey`; `null` where no group has the XID. */
	private readonly xids = new Map<string, string | null>();
	/** IDs of the groups that items would create, by their names. */
	private readonly newNames = new Map<string, Set<string>>();
	/** Objects that items associate by their IDs and that ThreatConnect has, by list and ID. */
	private readonly present = new Set<string>();
	plan = new Plan(0);
	/** Groups with attributes that the item has read, the last one first. An attribute is changed by its own ID alone. */
	read: JsonObject[] = [];

	/** The same service, with a plan of its own. */
	forItem(index: number): PreviewedThreatConnect {
		const own = { plan: new Plan(index), read: [] };
		return Object.assign(Object.create(this) as PreviewedThreatConnect, own);
	}

	override readonly plannedGroups = (name: string): readonly JsonObject[] => {
		const ids = [...(this.newNames.get(nameKey(name)) ?? [])];
		return ids.map((id) => this.planned.get(id)?.shown()).filter(isJsonObject);
	};

	override async createGroup(body: JsonObject, options: ResponseOptions): Promise<JsonObject> {
		const ownerName = isUnset(body.ownerName)
			? isUnset(body.ownerId)
				? await this.findOwnOrganization()
				: await this.ownerName(body.ownerId)
			: body.ownerName;
		const { plan } = this;
		const group = recordAfter({ id: plan.newId }, { ...body, ownerName }, plan.newRowId);
		await this.refuseMissing(body, `POST ${GROUPS}`);
		plan.notice = await noticeOfUnlisted(this, body);
		await this.refuseTakenXid(group, `POST ${GROUPS}`);
		plan.outcome = 'created';
		noteChanges(plan, {}, group, body);
		this.addNew(group);
		return withoutFields(group, fieldsShowing(body), options.fields);
	}

	override async updateGroup(
		reference: GroupReference,
		body: JsonObject,
		options: ResponseOptions,
	): Promise<JsonObject | undefined> {
		const compared = fieldsShowing(body);
		const fields = [...new Set([...compared, ...(options.fields ?? [])])];
		const group = await this.getGroup(reference, { fields });
		const wanted = { ...group, xid: body.xid };
		const request = `PUT ${groupPath({ id: String(group.id) })}`;
		const { plan } = this;
		await this.refuseMissing(body, request);
		plan.notice = await noticeOfUnlisted(this, body);
		if (xidKey(wanted) !== xidKey(group)) await this.refuseTakenXid(wanted, request);
		const planned = this.plannedOf(group);
		const before = planned.shown(fields, group);
		planned.change(body, plan.newRowId);
		const after = planned.shown(fields, group);
		plan.writes = true;
		noteChanges(plan, before, after, body);
		this.noteKeys(before, after);
		return withoutFields(after, compared, options.fields);
	}

	override async deleteGroup(id: string): Promise<void> {
		const group = await this.getGroup({ id }, {});
		this.plannedOf(group).isDeleted = true;
		this.noteKeys(group, {});
		this.plan.writes = true;
		this.plan.outcome = 'deleted';
	}

	override async addAttribute(groupId: string, body: JsonObject): Promise<JsonObject> {
		const attribute = { id: this.plan.newId, ...body };
		this.plan.notice = await noticeOfUnlisted(this, { attributes: { data: [body] } });
		this.plan.writes = true;
		this.plan.change('attributes', [body], []);
		this.changeAttributes(groupId, attribute, 'append');
		return await Promise.resolve(attribute);
	}

	override async changeAttribute(id: string, body: JsonObject): Promise<JsonObject | undefined> {
		const known = this.readAttribute(id);
		this.plan.writes = true;
		if (!known) return undefined;
		const { groupId, row } = known;
		const after = recordAfter(row, body);
		noteChanges(this.plan, row, after, body, `attributes.${String(row.type)}.`);
		this.changeAttributes(groupId, { ...body, id }, 'merge');
		return await Promise.resolve(after);
	}

	override async deleteAttribute(id: string): Promise<void> {
		const known = this.readAttribute(id);
		this.plan.writes = true;
		if (!known) return;
		const { type, value } = known.row;
		this.plan.change('attributes', [], [{ id, type, value }]);
		this.changeAttributes(known.groupId, { id }, 'delete');
		await Promise.resolve();
	}

	override async getGroup(reference: GroupReference, options: ResponseOptions): Promise<JsonObject> {
		const find = async (named: GroupReference) => await super.getGroup(named, options);
		const group = await this.asPlanned(reference, options, find);
		if (group) return group;
		throw this.refusal(404, `GET ${groupPath(reference)}`);
	}

	override async findGroup(
		reference: GroupReference,
		options: ResponseOptions,
	): Promise<JsonObject | undefined> {
		const find = async (named: GroupReference) => await super.findGroup(named, options);
		return await this.asPlanned(reference, options, find);
	}

	override async *records(path: string, query: ListQuery): AsyncGenerator<JsonObject[]> {
		for await (const page of super.records(path, query)) {
			const shown = (group: JsonObject) => this.afterEarlier(group, query.fields);
			yield path === GROUPS ? page.map(shown).filter(isJsonObject) : page;
		}
	}

	/**
	 * The group that a reference names after the writes of earlier items, as a response would show it.
	 *
	 * @param find asks the service
	 */
	private async asPlanned(
		reference: GroupReference,
		{ fields }: ResponseOptions,
		find: (named: GroupReference) => Promise<JsonObject | undefined>,
	): Promise<JsonObject | undefined> {
		const named = await this.withOwner(reference);
		const key = xidKey(named);
		const id = 'id' in named ? named.id : this.xids.get(String(key));
		const planned = this.planned.get(String(id));
		if (id === null || planned?.isDeleted) return undefined;
		let group = planned?.shown(fields);
		if (!group) {
			const found = await find(id === undefined ? named : { id });
			// An item that runs at the same time may have planned the group meanwhile.
			const meanwhile = this.planned.get(String(this.xids.get(String(key))));
			group = found ? this.afterEarlier(found, fields) : meanwhile?.shown(fields);
		}
		if (group?.attributes !== undefined) this.read.unshift(group);
		// Later items need not ask again.
		if (!group && key !== undefined && !this.xids.has(key)) this.xids.set(key, null);
		return group;
	}

	/** A group that the service has shown; `undefined` if an earlier item would delete it. */
	private afterEarlier(group: JsonObject, fields: readonly string[] | undefined): JsonObject | undefined {
		const planned = this.planned.get(String(group.id));
		return planned?.isDeleted ? undefined : (planned?.shown(fields, group) ?? group);
	}

	private plannedOf({ id }: JsonObject): PlannedGroup {
		const planned = this.planned.get(String(id)) ?? new PlannedGroup();
		this.planned.set(String(id), planned);
		return planned;
	}

	private addNew(group: JsonObject): void {
		this.planned.set(String(group.id), new PlannedGroup(group));
		this.noteKeys({}, group);
	}

	/** Later items find the group, and those that it would create as its associated ones, by XID and name. */
	private noteKeys(before: JsonObject, after: JsonObject): void {
		const [then, now] = [before, after].map(xidKey);
		if (then !== undefined) this.xids.set(then, null);
		if (now !== undefined) this.xids.set(now, String(after.id));
		if (this.planned.get(String(after.id))?.isNew) {
			const ids = this.newNames.get(nameKey(after.name)) ?? new Set();
			this.newNames.set(nameKey(after.name), ids.add(String(after.id)));
		}
		for (const row of rowsOf(after.associatedGroups)) {
			const isPlanned = !isNewId(row.id) || this.planned.has(String(row.id));
			if (!isPlanned) this.addNew({ ownerName: after.ownerName, ...row });
		}
	}

	private changeAttributes(groupId: string, attribute: JsonObject, mode: string): void {
		const attributes = { data: [attribute], mode };
		this.plannedOf({ id: groupId }).change({ attributes }, this.plan.newRowId);
	}

	/** An attribute as the item has read it last. */
	private readAttribute(id: string): { groupId: string; row: JsonObject } | undefined {
		const found = this.read.flatMap((group) =>
			rowsOf(group.attributes)
				.filter((one) => String(one.id) === id)
				.map((row) => ({ groupId: String(group.id), row })),
		);
		const [latest] = found;
		const labelled = found.find(({ row }) => row.securityLabels !== undefined);
		return (
			latest && {
				...latest,
				row: { ...latest.row, ...(labelled && { securityLabels: labelled.row.securityLabels }) },
			}
		);
	}

	/** @throws ServiceFailure when another group has the XID, as ThreatConnect does */
	private async refuseTakenXid(group: JsonObject, request: string): Promise<void> {
		const key = xidKey(group);
		if (key === undefined) return;
		const { xid, ownerName } = group;
		const reference = { xid: String(xid), ...(ownerName !== undefined && { ownerName: String(ownerName) }) };
		// An XID that no request can name is known only of earlier items.
		const isTaken = isFindable(group) ? await this.findGroup(reference, {}) : this.xids.get(key);
		if (isTaken) throw this.refusal(409, request);
	}

	/** @throws ServiceFailure when an object that a body associates by its ID is not there, as ThreatConnect does */
	private async refuseMissing(body: JsonObject, request: string): Promise<void> {
		for (const [type, { list, path }] of Object.entries(OBJECT_TYPES)) {
			const given = body[list];
			if (isJsonObject(given) && given.mode === 'delete') continue;
			const isPresent = (id: string) => this.present.has(`${list} ${id}`);
			const ids = rowsOf(given).filter(({ id }) => !isUnset(id) && !isNewId(id));
			const texts = ids.map(({ id }) => String(id)).filter((id) => !isPresent(id));
			const byId = { filter: 'id', texts, clause: (some: readonly string[]) => `id in (${some.join(',')})` };
			const filters = { disjunctions: [byId], ...(type === 'indicator' && { query: ACTIVE_OR_NOT }) };
			const find = searchFor({ path, filters, limit: texts.length });
			const found = texts.length > 0 && (await unlessRefused(find(this)));
			// Who may not list objects may still associate them.
			if (!found) continue;
			for (const { id } of found) this.present.add(`${list} ${String(id)}`);
			if (!texts.every(isPresent)) throw this.refusal(404, request, body);
		}
	}

	/** What ThreatConnect answers. @param request the method and the path */
	private refusal(status: 404 | 409, request: string, body?: JsonObject): ServiceFailure {
		const [errCode, message] = REFUSALS[status];
		const [method = '', path = ''] = request.split(' ');
		const response = {
			status,
			statusText: '',
			headers: {},
			json: { status: 'Error', errCode, message },
			text: '',
			request: `${method} ${new URL(this.connection.root + path).pathname}`,
			correction: 0,
		};
		return failure(response, undefined, { body });
	}
}

/** The words of ThreatConnect's SDK for its error codes. */
const REFUSALS = {
	404: ['0x1004', 'The requested item(s) were not found.'],
	409: ['0x1006', 'An item already exists with the same unique information.'],
} as const;
