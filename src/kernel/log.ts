import pino from 'pino';

export type Log = pino.Logger;

/** The server's log: JSON lines on stderr. Secrets are kept out by not being logged; the paths are a second net. */
export function createLog(level: string): Log {
  return pino(
    {
      level,
      base: undefined,
      redact: {
        paths: [
          'password',
          'api_key',
          'key',
          'token',
          'authorization',
          'cookie',
          'secret',
          '*.password',
          '*.api_key',
          '*.token',
        ],
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
