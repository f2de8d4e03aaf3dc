import { Box, Text } from 'ink';
import { memo } from 'react';

/** Lines that are painted already, one below the other. A line that did not change costs nothing. */
export function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <Box flexDirection="column">
      {lines.map((line, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is a place on the screen, whatever stands there
        <Line key={at} text={line === '' ? ' ' : line} />
      ))}
    </Box>
  );
}

const Line = memo(({ text }: { readonly text: string }) => <Text wrap="truncate-end">{text}</Text>);
