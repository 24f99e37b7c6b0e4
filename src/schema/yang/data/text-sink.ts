/** Joins many small pieces into parts that are worth sending. */
export class TextSink {
  readonly #partLength: number;
  #text = "";

  constructor(partLength = 64 * 1024) {
    this.#partLength = partLength;
  }

  add(text: string): void {
    this.#text += text;
  }

  get isReady(): boolean {
    return this.#text.length >= this.#partLength;
  }

  /** What was added since the last time. */
  take(): string {
    const text = this.#text;
    this.#text = "";
    return text;
  }
}
