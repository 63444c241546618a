import { InvalidInput } from '../../shared/core/errors';
import type { JsonObject } from '../../shared/core/json';
import { inQuotes, isUnset } from '../../shared/core/readValue';
import type { ThreatConnect } from '../api/client';

/** An item may give its owner by name and by ID, as a Get returns it. */

/** @throws InvalidInput when the name and the ID belong to two owners */
export async function checkOwner(api: ThreatConnect, name: unknown, id: unknown): Promise<void> {
	const other = await api.ownerName(id);
	if (other === String(name)) return;
	throw new InvalidInput(
		`"Owner Name" (ownerName) is ${inQuotes(name)}, but "Owner ID" (ownerId) is that of ${inQuotes(other)}`,
		'Give one of them.',
	);
}

/**
 * @returns the name of the owner that a body gives by name or by ID; `undefined` if it gives none
 * @throws InvalidInput when the API user sees no owner with the ID
 */
export async function ownerNameOf(
	api: ThreatConnect,
	{ ownerName, ownerId }: JsonObject,
): Promise<string | undefined> {
	if (!isUnset(ownerName)) return String(ownerName);
	return isUnset(ownerId) ? undefined : await api.ownerName(ownerId);
}

/**
 * A body that names its owner once.
 *
 * @throws InvalidInput when the body names two owners
 */
export async function withOneOwner(api: ThreatConnect, body: JsonObject): Promise<JsonObject> {
	const { ownerId, ...named } = body;
	if (isUnset(ownerId) || isUnset(body.ownerName)) return body;
	await checkOwner(api, body.ownerName, ownerId);
	return named;
}
