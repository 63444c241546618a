import type { JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import { Plan } from '../../shared/http/plan';
import { type AnswerOptions, GROUPS, type ListQuery, ThreatConnect } from '../api/client';
import type { GroupReference } from '../api/references';
import { plainSpelling } from '../query/matching';
import { keysAddedBy } from '../fields/receivedGroup';
import { fieldsShowing, rowsOf } from './compareGroup';
import { noteChanges, recordAfter } from './plannedGroup';

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
	const hidden = keysAddedBy(
		compared.filter((field) => !asked.some((one) => one === field || one.startsWith(`${field}.`))),
	);
	return Object.fromEntries(Object.entries(group).filter(([name]) => !hidden.includes(name)));
}

/** A write that would change a group. */
type Step = (group: JsonObject) => JsonObject;

/**
 * ThreatConnect in which nothing is written. A write is noted in the plan of the item, and is shown by later responses, so
 * that the operation reads it back, and later items of the run find it.
 */
class PreviewedThreatConnect extends ThreatConnect {
	/** By the ID of the group. */
	private readonly steps = new Map<string, Step[]>();
	/** Attributes that responses have shown, with the ID of their group, by their own ID. */
	private readonly attributes = new Map<string, { groupId: string; row: JsonObject }>();
	/** By ID. */
	private readonly newGroups = new Map<string, JsonObject>();
	plan = new Plan(0);

	/** The same service, with a plan of its own. */
	forItem(index: number): PreviewedThreatConnect {
		return Object.assign(Object.create(this) as PreviewedThreatConnect, { plan: new Plan(index) });
	}

	override get plannedGroups(): readonly JsonObject[] {
		return [...this.newGroups.values()].map((group) => this.asPlanned(group));
	}

	override async createGroup(body: JsonObject, options: AnswerOptions): Promise<JsonObject> {
		const ownerName = isUnset(body.ownerName)
			? isUnset(body.ownerId)
				? await this.findOwnOrganization()
				: await this.ownerName(body.ownerId)
			: body.ownerName;
		const { xid, ...others } = body;
		// An XID that the node assigns is another one in each run.
		const given = String(xid).startsWith('n8n:') ? others : body;
		const group = recordAfter({ id: this.plan.newId }, { ...given, ownerName });
		this.plan.outcome = 'created';
		noteChanges(this.plan, {}, group, given);
		this.newGroups.set(String(group.id), group);
		return withoutFields(group, fieldsShowing(body), options.fields);
	}

	override async updateGroup(
		reference: GroupReference,
		body: JsonObject,
		options: AnswerOptions,
	): Promise<JsonObject | undefined> {
		const compared = fieldsShowing(body);
		const before = await this.getGroup(reference, {
			fields: [...new Set([...compared, ...(options.fields ?? [])])],
		});
		const after = recordAfter(before, body);
		this.plan.writes = true;
		noteChanges(this.plan, before, after, body);
		this.addStep(String(before.id), (group) => recordAfter(group, body));
		return withoutFields(after, compared, options.fields);
	}

	override async deleteGroup(id: string): Promise<void> {
		await this.getGroup({ id }, {});
		this.plan.writes = true;
		this.plan.outcome = 'deleted';
	}

	override async addAttribute(groupId: string, body: JsonObject): Promise<JsonObject> {
		const attribute = { id: this.plan.newId, ...body };
		const list = { attributes: { data: [attribute], mode: 'append' } };
		this.plan.writes = true;
		this.plan.change('attributes', [body], []);
		this.addStep(groupId, (group) => recordAfter(group, list));
		return await Promise.resolve(attribute);
	}

	override async changeAttribute(id: string, body: JsonObject): Promise<JsonObject | undefined> {
		const known = this.attributes.get(id);
		this.plan.writes = true;
		if (!known) return undefined;
		const { groupId, row } = known;
		const after = recordAfter(row, body);
		noteChanges(this.plan, row, after, body, `attributes.${String(row.type)}.`);
		this.addStep(groupId, (group) => ({
			...group,
			attributes: {
				data: rowsOf(group.attributes).map((one) => (String(one.id) === id ? recordAfter(one, body) : one)),
			},
		}));
		return await Promise.resolve(after);
	}

	override async deleteAttribute(id: string): Promise<void> {
		const known = this.attributes.get(id);
		this.plan.writes = true;
		if (!known) return;
		const { type, value } = known.row;
		this.plan.change('attributes', [], [{ id, type, value }]);
		const list = { attributes: { data: [{ id }], mode: 'delete' } };
		this.addStep(known.groupId, (group) => recordAfter(group, list));
		await Promise.resolve();
	}

	override async getGroup(reference: GroupReference, options: AnswerOptions): Promise<JsonObject> {
		const planned = await this.plannedGroup(reference);
		return planned ?? this.asPlanned(await super.getGroup(reference, options), options);
	}

	override async findGroup(
		reference: GroupReference,
		options: AnswerOptions,
	): Promise<JsonObject | undefined> {
		const planned = await this.plannedGroup(reference);
		if (planned) return planned;
		const group = await super.findGroup(reference, options);
		return group && this.asPlanned(group, options);
	}

	override async *records(path: string, query: ListQuery): AsyncGenerator<JsonObject[]> {
		for await (const page of super.records(path, query)) {
			yield path === GROUPS ? page.map((group) => this.asPlanned(group, query)) : page;
		}
	}

	private addStep(groupId: string, step: Step): void {
		this.steps.set(groupId, [...(this.steps.get(groupId) ?? []), step]);
	}

	/** A group as it would be after the writes of earlier items. It shows the lists that the response was to show. */
	private asPlanned(group: JsonObject, { fields }: { fields?: readonly string[] } = {}): JsonObject {
		const id = String(group.id);
		const steps = this.steps.get(id) ?? [];
		const planned = steps.reduce<JsonObject>((before, step) => step(before), group);
		for (const row of rowsOf(planned.attributes)) this.attributes.set(String(row.id), { groupId: id, row });
		const isNew = this.newGroups.has(id);
		if (isNew || steps.length === 0) return planned;
		const lists = Object.keys(planned).filter((name) => !(name in group));
		return withoutFields(planned, lists, fields);
	}

	/** The group if an earlier item would create it. */
	private async plannedGroup(reference: GroupReference): Promise<JsonObject | undefined> {
		const { plannedGroups } = this;
		if (plannedGroups.length === 0) return undefined;
		if ('id' in reference) return plannedGroups.find(({ id }) => id === reference.id);
		const ownerName = reference.ownerName ?? (await this.findOwnOrganization());
		const xid = plainSpelling(reference.xid);
		return plannedGroups.find(
			(group) =>
				typeof group.xid === 'string' && plainSpelling(group.xid) === xid && group.ownerName === ownerName,
		);
	}
}
