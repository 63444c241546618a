import type { IExecuteFunctions, INodeParameters, NodeParameterValue } from 'n8n-workflow';
import { deepCopy } from 'n8n-workflow';

import type { FormOperation, Operation, Table } from '../fields/field';
import { isJsonObject, type JsonObject } from '../core/json';
import { isToolNode } from '../core/errors';
import { oneOf } from '../fields/fieldTypes';
import { collectionName, formPlace, MODE_NAMES } from '../fields/parameters';
import { isOf, misspelledKey, suggestion } from '../fields/keys';
import { type ReadRecord, readRecord, type Source } from '../fields/record';
import { refuseMaskedSecret } from '../http/masking';
import { readPreview } from './options';
import type { ListHint, OutputHints } from './outputHints';
import type { RetryOnFailLog } from './retryOnFailLog';
import { isUnset, readJson, saysNothing, saysNothingInList, unlocated } from '../core/readValue';

/**
 * A run's parameters. A parameter without an expression is the same for all items, so it is read once. Whether n8n
 * shows a parameter depends on the workflow and not on the item, so this is the same for all items too.
 */
export class Parameters {
	private readonly fixed = new Map<string, NodeParameterValue>();
	private readonly written: INodeParameters;
	/** An AI agent calls the node. n8n gives a node that is used as a tool a type of its own. */
	readonly isTool: boolean;

	constructor(private readonly context: IExecuteFunctions) {
		// n8n copies the node each time.
		const node = context.getNode();
		this.written = node.parameters;
		this.isTool = isToolNode(node);
	}

	/** @returns null when the parameter is hidden */
	read(name: string, index: number): unknown {
		const known = this.fixed.get(name);
		// A copy, as n8n returns one: the value may become part of an output item, and items must not share it.
		if (known !== undefined) return deepCopy(known);
		const value = this.context.getNodeParameter(name, index, null) as NodeParameterValue;
		if (!this.holdsExpression(name)) this.fixed.set(name, deepCopy(value));
		return value;
	}

	holdsExpression(name: string): boolean {
		return holdsExpression(this.written[name]);
	}

	/** Whether the workflow has a value or an expression for the parameter. */
	isWritten(name: string): boolean {
		return !saysNothing(this.written[name]);
	}

	/** Whether the workflow has an expression for one input of a collection. */
	holdsExpressionAt(name: string, path: readonly string[]): boolean {
		return holdsExpression(valueAt(this.written[name], path));
	}

	/** Whether the parameter, a collection or a JSON text, may have a value under the key. */
	mayHold(name: string, key: string): boolean {
		const written: unknown = this.written[name];
		if (typeof written === 'string') return written.startsWith('=') || written.includes(key);
		return isJsonObject(written) && !saysNothing(written[key]);
	}
}

function holdsExpression(value: unknown): boolean {
	if (typeof value === 'string') return value.startsWith('=');
	return typeof value === 'object' && value !== null && Object.values(value).some(holdsExpression);
}

const valueAt = (collection: unknown, path: readonly string[]): unknown =>
	path.reduce((value, key) => (isJsonObject(value) ? value[key] : undefined), collection);

type RetryLog = Pick<
	RetryOnFailLog<unknown>,
	'isRepeat' | 'startedAt' | 'isMadeByOtherItem' | 'partsDone'
> & { idempotencyKey(index: number): string | undefined };

/** A run of which nothing is kept. */
const FIRST_TRY: Omit<RetryLog, 'startedAt'> = {
	isRepeat: false,
	idempotencyKey: () => undefined,
	isMadeByOtherItem: () => false,
	partsDone: () => new Set(),
};

/** One input item, as an operation sees it. */
export class Item {
	/** Values of this item's expressions: each is evaluated once, because it may give another value each time. */
	private readonly evaluated = new Map<string, unknown>();

	constructor(
		private readonly context: IExecuteFunctions,
		private readonly parameters: Parameters,
		private readonly table: Table,
		readonly index: number,
		private readonly hints: OutputHints,
		private readonly log: RetryLog,
	) {}

	/**
	 * Whether the item is only to say what it would do.
	 *
	 * @throws InvalidInput
	 */
	get isPreview(): boolean {
		const { options } = this;
		return 'preview' in options && readPreview(options.preview);
	}

	/** This run of the node and its repetitions. A preview does nothing that a repetition must know. */
	get retryLog(): RetryLog {
		return this.isPreview ? { ...FIRST_TRY, startedAt: this.log.startedAt } : this.log;
	}

	/** A parameter's value for this item; for a resource locator only its value. `undefined` when it is hidden. */
	parameter(name: string): unknown {
		const value = unlocated(this.read(name));
		return value === null ? undefined : value;
	}

	/** Whether one input of a collection that is in sight has an expression that gives nothing for this item. */
	isEmptyExpression(name: string, ...path: string[]): boolean {
		const collection = this.parameter(name);
		if (!isJsonObject(collection) || !this.parameters.holdsExpressionAt(name, path)) return false;
		const given = valueAt(collection, path);
		const value = typeof given === 'string' && /^\s*\{/.test(given) ? readJson(given, name) : given;
		return isJsonObject(value) ? Object.keys(value).length === 0 : saysNothingInList(value);
	}

	/** The mode of a resource locator, e.g. `list` or `id`; `undefined` for a plain value. */
	locatorMode(name: string): unknown {
		const value = this.read(name);
		return isJsonObject(value) && value.__rl === true ? value.mode : undefined;
	}

	private read(name: string): unknown {
		if (!this.parameters.holdsExpression(name)) return this.parameters.read(name, this.index);
		if (!this.evaluated.has(name)) this.evaluated.set(name, this.parameters.read(name, this.index));
		return this.evaluated.get(name);
	}

	/** An AI agent calls the node. */
	get isTool(): boolean {
		return this.parameters.isTool;
	}

	/** n8n's own functions, for what only they can do: files. */
	get helpers(): IExecuteFunctions['helpers'] {
		return this.context.helpers;
	}

	/** The workflow's time zone. */
	get zone(): string {
		return this.context.getTimezone();
	}

	/** The `options` collection. */
	get options(): JsonObject {
		return (this.parameter('options') ?? {}) as JsonObject;
	}

	/**
	 * The body that creates or updates a record.
	 *
	 * @throws InvalidInput
	 */
	body(operation: Operation): JsonObject {
		const { body, missing, ...keys } = this.reader(operation)(operation);
		if (missing) throw missing;
		this.noteKeys(keys);
		return body;
	}

	private noteKeys({ ignored, spelled }: Pick<ReadRecord, 'ignored' | 'spelled'>): void {
		const isSent = ([key]: readonly [string, string]) =>
			!ignored.includes(key) && !saysNothing(this.json[key]);
		this.hints.noteKeys({ ignored, spelled: [...spelled].filter(isSent) });
	}

	/** Has a hint list the names, with the number of items that call this with each of them. */
	hint(hint: ListHint, names: readonly string[]): void {
		this.hints.noteListed(hint, names);
	}

	/**
	 * What to say of the item's keys where the operation misses a field: those that may be meant for it. Empty where there
	 * are none, and in JSON mode.
	 */
	suggestionFor(name: string): string {
		const mode = this.dataMode();
		const field = this.table.fields.find((one) => one.name === name);
		if (!field || mode === 'json') return '';
		return mode === 'autoMap' ? suggestion(this.json, field, this.table) : misspelledKey(this.json, [field]);
	}

	private get json(): JsonObject {
		return this.context.getInputData()[this.index]?.json ?? {};
	}

	/**
	 * The two bodies of a create-or-update: one creates the record, and one changes it.
	 *
	 * @returns `create` throws InvalidInput when something is missing that a new record needs, so it is called only when
	 *   there is no record yet. `draft` is the same body without this check, and serves to find the record.
	 * @throws InvalidInput when a value can be sent in neither body
	 */
	upsertBodies(): { create(): JsonObject; draft(): JsonObject; update: JsonObject } {
		const read = this.reader('upsert');
		const update = read('update');
		// A creation sends what an update cannot change.
		const created = new Set(
			this.table.fields
				.filter((field) => field.create !== 'no' && field.update === 'no')
				.map(({ name }) => name),
		);
		const { spelled } = update;
		const ignored = update.ignored.filter((key) => !created.has(spelled.get(key) ?? key));
		this.noteKeys({ ignored, spelled });
		return {
			create: () => {
				const { body, missing } = read('create');
				if (missing) throw missing;
				return body;
			},
			draft: () => read('create').body,
			update: update.body,
		};
	}

	/** Whether the item may give a field. No expression is evaluated: one that is there counts as a value. */
	mayGive(name: string, form: FormOperation): boolean {
		const { json } = this;
		const mode = this.parameter('dataMode');
		if (MODE_NAMES.json.some((one) => one === mode)) return this.parameters.mayHold('jsonBody', name);
		if (!MODE_NAMES.autoMap.some((one) => one === mode)) {
			return this.parameters.isWritten(name) || this.parameters.mayHold(collectionName(form), name);
		}
		return Object.keys(json).some((key) => isOf(name, key) && !saysNothing(json[key]));
	}

	/** Reads the parameters once for all bodies, because an expression may give another value each time. */
	private reader(form: FormOperation) {
		const source = this.source(form);
		const { additionalJson, clearFields } = this.options;
		return (operation: Operation) => {
			const read = readRecord(this.table, operation, source, this.zone, additionalJson, clearFields);
			refuseMaskedSecret(read.body);
			return read;
		};
	}

	/** @throws InvalidInput when there is no such mode */
	private dataMode(): 'autoMap' | 'define' | 'json' {
		const given = this.parameter('dataMode') ?? 'define';
		const known = Object.entries(MODE_NAMES).find(([, names]) => names.some((name) => name === given));
		return oneOf(known?.[0] ?? given, '"Fields" (dataMode)', 'define', 'autoMap', 'json');
	}

	private source(operation: FormOperation): Source {
		const mode = this.dataMode();
		const type = this.table.types ? this.parameter('type') : undefined;
		if (mode === 'json') {
			return { mode, values: this.parameter('jsonBody'), forBoth: operation === 'upsert' };
		}
		if (mode === 'autoMap') {
			return { mode, values: this.json, type };
		}
		const collection = Object.entries((this.parameter(collectionName(operation)) ?? {}) as JsonObject);
		const values: JsonObject = Object.fromEntries(
			collection.map(([field, value]) => [field, unlocated(value)]),
		);
		for (const field of this.table.fields) {
			if (formPlace(field, operation) !== 'required' || field.name === 'type') continue;
			const value = this.parameter(field.name);
			if (!isUnset(value)) values[field.name] = value;
		}
		const plain: JsonObject = {};
		for (const { field, parameter, plain: isPlain, finer } of this.table.inSight ?? []) {
			const value = this.parameter(parameter);
			// The values of two inputs are read as those of one box.
			if (finer) values[field] = { list: { data: value, json: values[field] } };
			else if (!isUnset(value)) (isPlain ? plain : values)[field] = value;
		}
		return {
			mode: 'define',
			values,
			plain,
			item: this.json,
			type,
			typeIsFixed: !this.parameters.holdsExpression('type'),
		};
	}
}
