/** An answer that says no, in the shape that pveproxy gives it. */
export class Refusal extends Error {
  readonly status: number;
  readonly errors: Readonly<Record<string, string>> | undefined;

  constructor(status: number, message: string, errors?: Readonly<Record<string, string>>) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export const refusal = (status: number, message: string, errors?: Readonly<Record<string, string>>): Refusal =>
  new Refusal(status, message, errors);
