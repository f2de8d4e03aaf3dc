/** Stands in for src/cli.ts. */
export async function runCli(argv: readonly string[]): Promise<number> {
  process.stdout.write(`cli ${argv.join(' ')}\n`);
  return 2;
}
