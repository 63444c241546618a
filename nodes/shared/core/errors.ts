import type { INode, INodeExecutionData, NodeError } from 'n8n-workflow';
import { NodeApiError, NodeOperationError } from 'n8n-workflow';

/** What the user can correct in the node, the item or the file. The write that it concerns has changed nothing. */
export class InvalidInput extends Error {
	/**
	 * @param message what is wrong: names the field and the value
	 * @param description the way out
	 */
	constructor(
		message: string,
		readonly description: string,
	) {
		super(message);
	}
}

/** What is known of a request that failed. */
export type Certainty =
	/** It changed nothing: it was refused, it was never sent, or it only reads. */
	| 'notDone'
	/** It may have changed something. */
	| 'unknown'
	/** It may have changed something, and a repetition finds out before it sends anything. */
	| 'findable';

type FailureState = {
	/** Default: `notDone`. */
	certainty?: Certainty;
	/** No response came: the same request may get one the next time. `timeout`: none came in time. */
	unanswered?: 'connection' | 'timeout';
	/**
	 * What the request may have changed, and where to look. The default is `DOUBT`, unless the certainty is `notDone`.
	 */
	doubt?: string;
	/** Milliseconds that the service asked to wait. */
	retryAfterMs?: number;
};

/** A request that failed: the service refused it, or no response came. */
export class ServiceFailure extends Error {
	/** What to do now. */
	readonly description: string;
	readonly certainty: Certainty;
	readonly unanswered: FailureState['unanswered'];
	readonly retryAfterMs: FailureState['retryAfterMs'];
	/** What the request may have changed, and where to look; empty where the certainty is `notDone`. */
	readonly doubt: string;

	/**
	 * @param message what happened, in the service's own words where it had any
	 * @param advice what to do now
	 * @param details `httpCode` (status, or the network's code), the service's own code, and the request line
	 */
	constructor(
		message: string,
		private readonly advice: string,
		readonly details: { httpCode?: string; errCode?: string; request?: string } = {},
		state: FailureState = {},
	) {
		super(message);
		this.certainty = state.certainty ?? 'notDone';
		this.unanswered = state.unanswered;
		this.retryAfterMs = state.retryAfterMs;
		this.doubt = this.certainty === 'notDone' ? '' : (state.doubt ?? DOUBT);
		this.description = [advice, this.doubt].filter(Boolean).join(' ');
	}

	/** The same failure of a write that may have been done. @param doubt replaces what was said about it before */
	inDoubt(doubt: string, certainty: Exclude<Certainty, 'notDone'> = 'unknown'): ServiceFailure {
		const { unanswered } = this;
		return new ServiceFailure(this.message, this.advice, this.details, { certainty, unanswered, doubt });
	}

	/** The same failure for a request that changes no data of the user, whether it was done or not. */
	withoutDoubt(): ServiceFailure {
		return new ServiceFailure(this.message, this.advice, this.details, { unanswered: this.unanswered });
	}

	/** The same failure after a look-up has shown that nothing was done. */
	provenNotDone(): ServiceFailure {
		const advice = [this.advice, 'Nothing was made: it was looked up.'].join(' ').trim();
		return new ServiceFailure(this.message, advice, this.details, { unanswered: 'connection' });
	}
}

/** The default doubt of a write whose result is unknown. */
export const DOUBT = 'The change may or may not have been made: look it up before you send it again.';

/** The advice when the response seems to come from something other than the service. */
export const PAGE_ADVICE = 'Look at what answers at the Base URL: it may be a proxy or a login page.';

/** @param request a method, or a request as `details` hold it, e.g. `POST /api/v3/groups` */
export const isWrite = (request: string): boolean => !/^(GET|OPTIONS)\b/.test(request);

/** The certainty for a request that got no valid response. A read changes nothing. */
export const certaintyOfLost = (request: string): Certainty => (isWrite(request) ? 'unknown' : 'notDone');

/** @returns whether a write may have been done although it failed */
export const isInDoubt = (error: unknown): error is ServiceFailure =>
	error instanceof ServiceFailure && error.certainty !== 'notDone';

/** Characters of a message that comes from outside. The rest is cut off. */
const LONGEST_MESSAGE = 2000;

const cut = (text: string, longest: number): string =>
	text.length > longest ? `${text.slice(0, longest).replace(/[\uD800-\uDBFF]$/, '')} (cut)` : text;

/**
 * Escapes text from outside for hints and descriptions, because n8n's editor renders them as HTML. The editor keeps
 * links and pictures, so a name could be a phishing link.
 */
export const escapeHtml = (text: string, longest = LONGEST_MESSAGE): string =>
	cut(text, longest)
		.replace(/&(?=#?\w+;?)/g, '&amp;')
		.replace(/</g, '&lt;');

/**
 * Changes text from outside for messages, names in drop-downs and progress. n8n's editor shows these as plain text in
 * one place and as HTML in another. The result holds no HTML element, and reads the same in both places.
 */
export const withoutMarkup = (text: string, longest = LONGEST_MESSAGE): string =>
	cut(text, longest).replace(/<(?=[a-z/!?])/gi, '‹');

/**
 * The error that n8n shows when an execution or a poll stops. It is built from our own parts, because n8n's
 * error classes replace a message that holds a word like ENOENT, and ignore options when they are given an error of their
 * own class.
 *
 * @param itemIndex of the item that failed; `undefined` where it was none, as in a poll
 * @param written what other items have written, added to the description
 */
export function toNodeError(node: INode, error: unknown, itemIndex?: number, written = ''): Error {
	const place = itemIndex === undefined ? '' : ` [item ${itemIndex}]`;
	const what = `${withoutMarkup(errorMessage(error))}${place}`;
	const description = escapeHtml([errorDescription(error), written].filter(Boolean).join(' '));
	// n8n passes only the message of a tool's failure to the model, so the message says what to do too.
	const message = isToolNode(node) && description !== '' ? `${what}\n\n${description}` : what;
	const options = {
		message,
		description,
		failure: failureOf(error),
		...(itemIndex !== undefined && { itemIndex }),
	};
	const nodeError =
		error instanceof ServiceFailure
			? new NodeApiError(node, error.details, { ...options, httpCode: error.details.httpCode })
			: new NodeOperationError(node, message, options);
	nodeError.message = message;
	nodeError.description = description;
	return nodeError;
}

/** Whether an AI agent calls the node. n8n gives a node that is used as a tool a type of its own. */
export const isToolNode = ({ type }: Pick<INode, 'type'>): boolean => type.endsWith('Tool');

/**
 * Why the request failed, in n8n's terms, so that n8n and error workflows can act on it. Older versions of n8n ignore
 * it.
 */
function failureOf(error: unknown): NodeError['failure'] {
	if (error instanceof InvalidInput) return { cause: 'configuration-invalid' };
	if (!(error instanceof ServiceFailure)) return undefined;
	const { httpCode } = error.details;
	if (httpCode === '401') return { cause: 'credential-invalid' };
	// Waiting does not help when the write may have been done, because the user must look it up first.
	if (error.certainty !== 'notDone') return undefined;
	if (httpCode === '429') {
		const { retryAfterMs } = error;
		return { cause: 'rate-limited', ...(retryAfterMs !== undefined && { retryAfterMs }) };
	}
	const isUnavailable = ['502', '503', '504'].includes(httpCode ?? '') || error.unanswered !== undefined;
	return isUnavailable ? { cause: 'temporarily-unavailable' } : undefined;
}

/**
 * The one error item of an input item. n8n routes it to the error output, and merges the input's own fields into it,
 * only if its json holds no other keys than `error` and `message`. n8n 2.34.4 and later accept `details` too. Older
 * versions would leave such an item on the success output, so the request and its status stand at the end of `message`.
 */
export function toErrorItem(error: unknown, itemIndex: number): INodeExecutionData {
	const message = [errorDescription(error), requestLine(error)].filter(Boolean).join(' ');
	return {
		json: { error: errorMessage(error), ...(message && { message }) },
		pairedItem: { item: itemIndex },
	};
}

/** @returns e.g. `(POST /api/v3/groups, HTTP 403)`, or nothing where no request was sent */
function requestLine(error: unknown): string {
	const { request, httpCode, errCode }: ServiceFailure['details'] =
		error instanceof ServiceFailure ? error.details : {};
	const status = httpCode && (/^\d+$/.test(httpCode) ? `HTTP ${httpCode}` : httpCode);
	const parts = [request, status, errCode && `code ${errCode}`].filter(Boolean);
	return parts.length > 0 ? `(${parts.join(', ')})` : '';
}

/**
 * n8n's lint rules do not allow a caught value to be thrown again unchanged. A value that is not an Error becomes one.
 */
export const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));

export function errorMessage(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

export function errorDescription(error: unknown): string {
	if (error instanceof InvalidInput || error instanceof ServiceFailure) return error.description;
	const { description } = error as { description?: unknown };
	return typeof description === 'string' ? description : '';
}
