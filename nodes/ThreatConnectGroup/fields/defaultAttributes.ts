import { InvalidInput } from '../../shared/core/errors';
import { isJsonObject, type JsonObject } from '../../shared/core/json';
import { isUnset } from '../../shared/core/readValue';
import type { FieldContext } from '../../shared/fields/field';

/** Attributes that the form shows as if they were fields. */
const DEFAULT_ATTRIBUTES = { description: 'Description', source: 'Source' } as const;

export function finalizeBody(body: JsonObject, { operation }: FieldContext): JsonObject {
	if (body.malware === true && operation === 'create' && isUnset(body.password)) {
		throw new InvalidInput(
			'"Password" (password) is missing',
			'A document with malware is a password-protected ZIP file: give its password.',
		);
	}
	const mode = isJsonObject(body.attributes) ? body.attributes.mode : undefined;
	if (mode === 'delete' && Object.keys(DEFAULT_ATTRIBUTES).some((name) => !isUnset(body[name]))) {
		throw new InvalidInput(
			'"Attributes" (attributes) are to be deleted, but "Description" or "Source" to be added',
			'Send them in two updates: one request has one mode for all attributes.',
		);
	}
	// In such an update they depend on the attributes that the group has, so `updateGroup` handles them.
	if (operation === 'update' && mode !== 'replace') return body;
	return withAttributes(body, defaultAttributes(body));
}

/** The attributes that a body has as if they were fields. */
export function defaultAttributes(body: JsonObject): JsonObject[] {
	return Object.entries(DEFAULT_ATTRIBUTES)
		.filter(([name]) => !isUnset(body[name]))
		.map(([name, type]) => ({ type, value: body[name], default: true }));
}

/** A body with these attributes before its own, in the context of the fields that they come from. */
export function withAttributes(body: JsonObject, added: readonly JsonObject[]): JsonObject {
	const given = (isJsonObject(body.attributes) ? body.attributes : {}) as { data?: unknown[]; mode?: string };
	const attributes = { data: [...added, ...(given.data ?? [])], ...(given.mode && { mode: given.mode }) };
	const finalized: JsonObject = {};
	for (const [name, value] of Object.entries(body)) {
		const isAttribute = name in DEFAULT_ATTRIBUTES || name === 'attributes';
		if (!isAttribute) finalized[name] = value;
		else if (attributes.data.length > 0 || 'attributes' in body) finalized.attributes = attributes;
	}
	return finalized;
}
