import type { FastifySchemaValidationError } from 'fastify';
import type { MethodName } from './methods';
import {
	CODE_PATTERN,
	DATE_PATTERN,
	ID_PATTERN,
	KEY_PATTERN,
	LIMIT_PATTERN,
	SKIP_PATTERN,
	TEXT_PATTERN,
} from './schemas';

/** A request that the service refuses, with the status and the words of its response. */
export class Refusal extends Error {
	constructor(
		readonly status: number,
		message: string,
	) {
		super(message);
	}
}

/**
 * AttackForge documents no error status and no error body for any method. Therefore every status and every sentence in
 * this file is this simulator's own choice. Clients may rely only on this: a refused request does not look like a
 * success. The body is always `{"error": "..."}`, after the `error` key in the documented responses of other methods
 * (CreateUsers, UpdateLinkedProjectsOnVulnerabilities).
 */
export const refusals = {
	keyMissing: () => new Refusal(401, 'The X-SSAPI-KEY header is missing'),
	keyWrong: () => new Refusal(401, 'The API key is not valid'),
	notGranted: (method: MethodName) =>
		new Refusal(403, `Access to the API method ${method} has not been granted to this user`),
	adminsOnly: (parameter: string) => new Refusal(403, `${parameter} is available to administrators only`),
	noSuchEndpoint: (verb: string, path: string) => new Refusal(404, `No such endpoint: ${verb} ${path}`),
	groupUnknown: (id: string) => new Refusal(404, `Group ${id} was not found`),
	projectUnknown: (id: string) => new Refusal(404, `Project ${id} was not found`),
	userUnknown: (user: string) => new Refusal(404, `User ${user} was not found`),
	notAMember: (user: string) => new Refusal(404, `User ${user} is not a member of this group`),
	alreadyAMember: (user: string) => new Refusal(400, `User ${user} is already a member of this group`),
	userIdDiffers: () => new Refusal(400, 'user_id in the body differs from the one in the path'),
	notJson: () => new Refusal(400, 'The request body is not valid JSON'),
	notDeclaredJson: () => new Refusal(400, 'The Content-Type of the request must be application/json'),
	invalid: (field: string, fault: string) => new Refusal(400, `${field} ${fault}`),
};

const NO_UTC_DATE = 'must be a date in UTC such as 2021-06-03T23:15:33.008Z';

const PATTERN_FAULTS: Record<string, string> = {
	[TEXT_PATTERN]: 'must not be empty',
	[KEY_PATTERN]: 'may contain only letters, numbers and underscores',
	[ID_PATTERN]: 'must be an id of 24 hexadecimal characters',
	[DATE_PATTERN]: NO_UTC_DATE,
	[CODE_PATTERN]: 'must be 3 to 8 characters long',
	[SKIP_PATTERN]: 'must be a whole number from 0',
	[LIMIT_PATTERN]: 'must be a whole number from 1 to 500',
};

const PLACES: Record<string, string> = {
	body: 'The request body',
	params: 'The path',
	querystring: 'The query',
};

/** `/access/sso_1/0` and `group_name` → `access.sso_1[0].group_name` */
function fieldName(pointer: string, property?: string): string {
	const steps = pointer.split('/').slice(1);
	if (property !== undefined) steps.push(property);
	return steps.map((step, n) => (/^\d+$/.test(step) ? `[${step}]` : n === 0 ? step : `.${step}`)).join('');
}

/** The service's words for one failed rule of a JSON Schema. */
function describeFault({ keyword, params, message }: FastifySchemaValidationError): string {
	switch (keyword) {
		case 'type':
			return `must be of type ${String(params.type)}`;
		case 'enum':
			return `must be one of ${(params.allowedValues as unknown[]).join(', ')}`;
		case 'pattern':
			return PATTERN_FAULTS[String(params.pattern)] ?? 'has the wrong format';
		case 'format':
			return NO_UTC_DATE;
		case 'minProperties':
			return 'must contain at least one field';
		case 'oneOf':
			return 'must have either user_id or group_id but not both';
		default:
			return message ?? 'is not valid';
	}
}

/** Makes a refusal from the errors of schema validation. It names the field and the fault. */
export function refuseInvalid(errors: FastifySchemaValidationError[], place = 'body'): Refusal {
	// A failed oneOf is reported after the failures of its branches, which are misleading on their own.
	const error = errors.find(({ keyword }) => keyword === 'oneOf') ?? errors[0];
	if (!error) return refusals.invalid(PLACES[place] ?? place, 'is not valid');
	const { instancePath, params } = error;
	if (error.keyword === 'required')
		return refusals.invalid(fieldName(instancePath, String(params.missingProperty)), 'is required');
	if (error.keyword === 'additionalProperties') {
		const field = fieldName(instancePath, String(params.additionalProperty));
		return refusals.invalid(field, place === 'body' ? 'is not a known field' : 'is not a known parameter');
	}
	return refusals.invalid(fieldName(instancePath) || (PLACES[place] ?? place), describeFault(error));
}
