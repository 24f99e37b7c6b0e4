/** A request as handlers see it; header names are in lower case. */
export interface HttpRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
  readonly peer: string;
}

/**
 * An answer. A body that may be long is an iterable of pieces: they are asked for as the peer takes them, so that neither the
 * whole text nor the time to make it is ever needed at once.
 */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer | AsyncIterable<string>;
}

/** Answers requests below one path; given to the HTTP transport, which knows nothing of their meaning. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;

/** One path, answered by one handler. */
export interface HttpRoute {
  readonly method: "GET" | "POST";
  /** An exact path. */
  readonly path: string;
  readonly handler: HttpHandler;
}
