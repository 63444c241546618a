// On a busy machine a browser or a starting n8n is late now and then. What fails twice is a fault; the first is printed.
jest.retryTimes(1, { logErrorsBeforeRetry: true });
