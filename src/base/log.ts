/** What a log line may carry. Secrets are `Secret`s, whose text is a placeholder. */
export type LogFields = Readonly<Record<string, unknown>>;

/** Where rooms report events: a dotted name such as `libvirt.connection.lost`, and fields. */
export interface Log {
  debug(event: string, fields?: LogFields): void;
  info(event: string, fields?: LogFields): void;
  warn(event: string, fields?: LogFields): void;
  error(event: string, fields?: LogFields): void;
}

const nothing = (): void => {};

/** Drops everything. */
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing };
