import type { INodeProperties, INodePropertyOptions } from 'n8n-workflow';

import type { JsonObject } from '../core/json';

export type Operation = 'create' | 'update';

/** The operations that have a form. The form of a create-or-update has every field that create or update needs. */
export type FormOperation = Operation | 'upsert';

/** The place of a value. Messages name it, and some rules depend on it. */
export type FieldContext = {
	/** The field as the user sees it with its API name, e.g. `"Event Date" (eventDate)`. */
	label: string;
	operation: Operation;
	/** Record type of the item, where the service has types. */
	type?: string;
	/** IANA time zone for dates that name none. */
	zone: string;
};

/** The part of an n8n parameter that depends on the kind of value. */
export type Control = Pick<INodeProperties, 'type' | 'default'> & Partial<INodeProperties>;

/** How a value is entered and how it goes on the wire. */
export type FieldType = {
	control(operation: FormOperation, type?: string): Control;
	/**
	 * @param value what the user gave: from a parameter, an input item, or JSON
	 * @returns the wire value; `undefined` when nothing was set
	 * @throws InvalidInput
	 */
	read(value: unknown, context: FieldContext): unknown;
	/**
	 * What is sent to clear the field; by default `null`.
	 *
	 * @param parts the parts of the field to clear, if the user named any, e.g. `sso_1` of `access.sso_1`
	 * @param wire what else the item sends for the field
	 * @throws InvalidInput
	 */
	clear?(parts: readonly string[], wire: unknown, context: FieldContext): unknown;
	/**
	 * For a field that has a plain input in sight too: the wire value of both.
	 *
	 * @param plain the value of the plain input, which says something
	 * @param context `plainLabel` is the plain input as the user sees it
	 * @throws InvalidInput
	 */
	readWithPlain?(plain: unknown, value: unknown, context: FieldContext & { plainLabel: string }): unknown;
};

/** An optional field that the form shows without Add Field, because most people fill it. */
export type FieldInSight = {
	/** The field's name. */
	field: string;
	/** The name of the parameter. n8n's editor lets no model fill a parameter that is called `description`. */
	parameter: string;
	/** A plain input for the usual values, if the field's own inputs stay among the additional fields. */
	plain?: Pick<Field, 'displayName' | 'description' | 'placeholder'> & { rows?: number };
	/** Whether a key that is named like the plain input is meant for it, by its value. Absent: always. */
	isMeant?(value: unknown): boolean;
	/** A second input for a list, among the additional fields. */
	finer?(operation: FormOperation): Control & Pick<INodeProperties, 'displayName'>;
};

/** One row of a service's field table: all that is known about one API field. */
export type Field = {
	/** The API's name, verbatim. */
	name: string;
	displayName: string;
	description: string;
	placeholder?: string;
	kind: FieldType;
	/** Record types that have the field; absent: all. */
	types?: readonly string[];
	/** Whether the field's control differs between record types. */
	perType?: boolean;
	create: 'required' | 'optional' | 'no';
	update: 'optional' | 'no';
	/** Whether the field cannot be cleared. */
	keepsValue?: boolean;
	/**
	 * Whether Auto-Map takes the field only from a key that is exactly its name, because records of other systems have a
	 * key of a like name with another meaning.
	 */
	exactKey?: boolean;
	/** Whether the field is an object of which Auto-Map also takes single values, from keys such as `custom_fields.region`. */
	byKey?: boolean;
};

/** Makes a row. `more` holds what differs from an optional field that create and update take. */
export const field = (
	name: string,
	displayName: string,
	kind: FieldType,
	description: string,
	more: Partial<Field> = {},
): Field => ({ name, displayName, kind, description, create: 'optional', update: 'optional', ...more });

/** A service's field table, and its rules for a record. */
export type Table = {
	/** Rows in wire order. */
	fields: readonly Field[];
	/** What the service calls a record, e.g. `Group`. */
	noun: string;
	/**
	 * Words that other systems put before the name of a field, in addition to the noun and the types: `Customer Name` may be
	 * the name of a record, but `Contact Name` is that of a person.
	 */
	qualifiers?: readonly string[];
	/** The record types, where the service has them. */
	types?: readonly INodePropertyOptions[];
	defaultType?: string;
	/** Optional fields that the form shows without Add Field, in its order. */
	inSight?: readonly FieldInSight[];
	/** Rules over several fields, and fields that are sent inside another field. Takes the body and returns it. */
	finalizeBody?(body: JsonObject, context: FieldContext): JsonObject;
};

export const labelOf = (field: Pick<Field, 'name' | 'displayName'>): string =>
	`"${field.displayName}" (${field.name})`;
