/** Just enough of a terminal: echoes, asks for a login or runs `echo` and `exit`. */
export interface Shell {
  begin(): void;
  type(text: string): void;
}

export interface ShellOptions {
  readonly prompt: string;
  write(text: string): void;
  end(): void;
}

export function createShell({ prompt, write, end }: ShellOptions): Shell {
  let line = '';
  return {
    begin: () => write(prompt),
    type(text) {
      for (const letter of text) {
        if (letter !== '\r') {
          line += letter;
          write(letter);
          continue;
        }
        const said = line;
        line = '';
        if (said === 'exit') {
          write('\r\nlogout\r\n');
          end();
          return;
        }
        write(said.startsWith('echo ') ? `\r\n${said.slice(5)}\r\n${prompt}` : `\r\n${prompt}`);
      }
    },
  };
}
