import type { FastifyError } from 'fastify';
import { refusal, refusalAbout, ServiceError } from './errors';
import { READ_ONLY_FIELDS } from './fields';

export type Violation = { keyword: string; instancePath: string; params: Record<string, unknown> };

/** `/tags/data/0/name` as `tags.data[0].name`. */
function readable(pointer: string): string {
	return pointer
		.slice(1)
		.split('/')
		.map((part) => part.replace(/~1/g, '/').replace(/~0/g, '~'))
		.map((part, index) => (/^\d+$/.test(part) ? `[${part}]` : `${index > 0 ? '.' : ''}${part}`))
		.join('');
}

const LENGTHS: Record<string, (limit: unknown) => string> = {
	maxLength: (limit) => `between 1-${limit} characters in length`,
	minLength: () => 'that is not empty',
	maxItems: (limit) => `with at most ${limit} entries`,
	minimum: (limit) => `of at least ${limit}`,
	maximum: (limit) => `of at most ${limit}`,
};

/** The service's message for a fault that a schema found. `entity` is the group type of the body. */
export function inWords({ keyword, instancePath, params }: Violation, entity: string): ServiceError {
	const place = readable(instancePath);
	const name = place.split('.').pop() ?? place;
	const nested = place.includes('.');
	const limit = LENGTHS[keyword];
	if (limit) {
		// The service's own form: "The name for this Incident is invalid, please enter a name between ...".
		const [subject, article] = nested ? [place, 'value'] : [name, name];
		const said = `please enter a ${article} ${limit(params.limit)}`;
		return refusal('BadRequest', `The ${subject} for this ${entity} is invalid, ${said}`);
	}
	switch (keyword) {
		case 'required':
			return refusalAbout(
				'MissingData',
				`Missing from ${place || 'the group'}: ${String(params.missingProperty)}`,
			);
		case 'minProperties':
			return refusalAbout('MissingData', 'The body holds no field.');
		case 'additionalProperties':
			return refusalAbout(
				'ImproperFormat',
				`Unrecognized field "${String(params.additionalProperty)}"${place && ` in ${place}`}`,
			);
		case 'false schema':
			return refusalAbout(
				'ImproperFormat',
				`The field "${place}" ${READ_ONLY_FIELDS.includes(name) ? 'is read-only' : 'cannot be updated'}`,
			);
		case 'enum':
			return refusalAbout('ImproperFormat', `The field "${place}" is not one of its allowed values`);
		case 'pattern':
			return refusalAbout('ImproperFormat', `The field "${place}" must be an ID`);
		default:
			return refusalAbout(
				'ImproperFormat',
				place
					? `The field "${place}" must be of the type ${String(params.type)}`
					: 'The body must be an object',
			);
	}
}

function isGroupType(body: unknown): body is { type: string } {
	return typeof body === 'object' && body !== null && 'type' in body && typeof body.type === 'string';
}

/** Any failure, as a response of the service. */
export function asServiceError(error: FastifyError | ServiceError, body: unknown): ServiceError {
	if (error instanceof ServiceError) return error;
	const [violation] = (error.validation ?? []) as unknown as Violation[];
	if (violation) return inWords(violation, isGroupType(body) ? body.type : 'Group');
	const status = error.statusCode ?? 500;
	return status < 500 ? new ServiceError(status, '0x1001', error.message) : refusal('InternalError');
}
