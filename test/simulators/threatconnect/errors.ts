/** The "/v3/ error codes" table of ThreatConnect's SDK: name, HTTP status, errCode, default text. */
const CODES = {
	BadRequest: [
		400,
		'0x1001',
		'An unspecified issue exists with your request. Check your request and try again.',
	],
	Unauthorized: [401, '0x1002', 'You are not authorized to perform the requested operation.'],
	Forbidden: [403, '0x1003', 'You do not have permission to perform the requested operation.'],
	NotFound: [404, '0x1004', 'The requested item(s) were not found.'],
	MethodNotAllowed: [405, '0x1005', 'This operation is not supported.'],
	Conflict: [409, '0x1006', 'An item already exists with the same unique information.'],
	InternalError: [500, '0x1007', 'An internal error occurred while processing your request.'],
	TqlParseError: [400, '0x2001', 'Syntax error(s) found with your TQL query.'],
	MismatchedItems: [400, '0x2002', 'Your request references items that cannot belong together.'],
	MissingData: [400, '0x2003', 'Your request was missing required data.'],
	ImproperFormat: [400, '0x2005', 'The request does not match the expected format.'],
} as const satisfies Record<string, readonly [number, string, string]>;

export type ErrorName = keyof typeof CODES;

/** A response other than success. `errCode` may be absent, because failures of authentication have none. */
export class ServiceError extends Error {
	constructor(
		readonly status: number,
		readonly errCode: string | undefined,
		message: string,
	) {
		super(message);
	}

	/** The v3 error body. */
	get body(): unknown {
		return { ...(this.errCode && { errCode: this.errCode }), message: this.message, status: 'Error' };
	}
}

/** A response of the v2 API, whose error bodies have other shapes, or are plain text. */
export class V2Error extends ServiceError {
	constructor(
		status: number,
		private readonly answer: string | Record<string, string>,
	) {
		super(
			status,
			undefined,
			typeof answer === 'string' ? answer : (answer.description ?? answer.message ?? ''),
		);
	}

	override get body(): unknown {
		return this.answer;
	}
}

/** docs: v2_batch_api. */
export const invalidBatch = (description: string) => new V2Error(400, { status: 'Invalid', description });

/** docs: the v2 API's body. */
export const v2NotFound = () =>
	new V2Error(404, { status: 'Failure', message: 'The requested resource was not found' });

/** The named error with its default message, or with `detail` instead. */
export function refusal(name: ErrorName, detail?: string): ServiceError {
	const [status, errCode, text] = CODES[name];
	return new ServiceError(status, errCode, detail ?? text);
}

/** The named error with its default message, followed by what was wrong. */
export function refusalAbout(name: ErrorName, detail: string): ServiceError {
	return refusal(name, `${CODES[name][2]} ${detail}`);
}

/** docs: http_status_codes, "401 ... does not have access to the specified resource"; also every failed sign-in. */
export function authFailure(message: string): ServiceError {
	return new ServiceError(401, undefined, message);
}
