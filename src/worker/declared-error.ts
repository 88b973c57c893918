/** An error that the activity's signature declares, as `context.error` builds it. */
export class DeclaredError extends Error {
  readonly type: string;
  readonly details: unknown;

  constructor(type: string, message: string, details: unknown) {
    super(message);
    this.name = type;
    this.type = type;
    this.details = details;
  }
}
