import type { Loss, LossRule } from '../support/lossyProxy';

/** Faults between a node and its service, by kind. */

type Fault = {
	/** Whether only the first request meets the fault. Otherwise all of them do. */
	once?: true;
	lose: Loss;
	/** Whether only the service knows if it carried the request out. */
	unknowable?: true;
};

const WORDS = 'Something went wrong';
const instead = (body: unknown): Fault => ({ lose: { body: JSON.stringify(body) } });

/** A response without its lists, from a service that does not show them to this key. */
function withoutLists(body: string): string {
	const strip = (value: unknown, depth: number): unknown => {
		if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
		const kept = Object.entries(value).filter(([, one]) => !Array.isArray(one));
		return Object.fromEntries(kept.map(([key, one]) => [key, depth > 1 ? strip(one, depth - 1) : one]));
	};
	return JSON.stringify(strip(JSON.parse(body), 2));
}

export const FAULTS: Readonly<Record<string, Fault>> = {
	'lost before': { once: true, lose: 'before' },
	'lost after': { once: true, lose: 'after', unknowable: true },
	page: { once: true, lose: 'page' },
	refused: { lose: 403 },
	'error in success': instead({ status: 'error', message: WORDS }),
	'errors in success': instead({ errors: [WORDS] }),
	'text in success': instead('User Not Found'),
	'nothing in success': instead({}),
	'no body': { lose: { body: '' } },
	'record missing': { lose: { of: () => '{}' }, unknowable: true },
	'lists missing': { lose: { of: withoutLists } },
};

export const isWrite = (method: string) => method !== 'GET' && method !== 'OPTIONS';

/** The requests that meet a fault. */
export const SIDES = ['reads', 'writes', 'reads after the write'] as const;
export type Side = (typeof SIDES)[number];

export function losses(kind: string, side: Side): LossRule {
	const { once, lose } = FAULTS[kind] as Fault;
	let [met, written] = [0, false];
	return (method) => {
		written ||= isWrite(method);
		const isMeant = isWrite(method) ? side === 'writes' : side === 'reads' || (side !== 'writes' && written);
		if (!isMeant || (once && met > 0)) return undefined;
		met += 1;
		return lose;
	};
}

/** The first write is done and its response is lost. Then a number of look-ups are refused. */
export function lostAndSilent(refusals: number): LossRule {
	let [written, refused] = [false, 0];
	return (method) => {
		if (isWrite(method) && !written) {
			written = true;
			return 'after';
		}
		if (!written || isWrite(method) || refused === refusals) return undefined;
		refused += 1;
		return 403;
	};
}

/** The second write is refused once. */
export function secondRefused(): LossRule {
	let writes = 0;
	return (method) => {
		if (isWrite(method)) writes += 1;
		return isWrite(method) && writes === 2 ? 403 : undefined;
	};
}
