import { Clock } from '../../nodes/shared/http/clock';

/** The difference between the service's clock and ours. */

const NOW = new Date('2026-01-01T00:00:00Z').getTime();
const dateHeader = (ahead: number) => new Date(NOW + ahead).toUTCString();

beforeEach(() => jest.useFakeTimers({ now: NOW }));
afterEach(() => jest.useRealTimers());

test('our time counts as the service’s as long as nothing else is known', () => {
	expect(new Clock().toService(NOW)).toBe(NOW);
	expect(new Clock().correction).toBe(0);
});

test.each([
	['ahead', 90_000],
	['behind', -90_000],
])('a service whose clock is %s is noticed by its answers', (_what, ahead) => {
	const clock = new Clock();
	clock.note(dateHeader(ahead));
	expect(clock.toService(NOW)).toBe(NOW + ahead);
});

test.each([undefined, 'soon', '', NOW])('a value that is not a date changes nothing: %p', (date) => {
	const clock = new Clock();
	clock.note(dateHeader(5000));
	clock.note(date);
	expect(clock.toService(NOW)).toBe(NOW + 5000);
	expect(clock.correct(date, 0)).toBe(false);
	expect(clock.correction).toBe(0);
});

test.each([
	[60_000, true],
	[-60_000, true],
	[59_000, false],
	[-59_000, false],
])('a signature is made again with the service’s time when that is a minute away: %i', (ahead, again) => {
	const clock = new Clock();
	expect(clock.correct(dateHeader(ahead), 0)).toBe(again);
	expect(clock.correction).toBe(again ? ahead : 0);
});

test('a signature that was already made with the service’s time is not made again', () => {
	const clock = new Clock();
	clock.correct(dateHeader(600_000), 0);
	expect(clock.correct(dateHeader(600_000), clock.correction)).toBe(false);
	expect(clock.correction).toBe(600_000);
	expect(clock.correct(dateHeader(-600_000), clock.correction)).toBe(true);
	expect(clock.correction).toBe(-600_000);
});
