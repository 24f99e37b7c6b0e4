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

/** An answer, complete. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** Answers requests below one path; given to the HTTP transport, which knows nothing of their meaning. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>;
