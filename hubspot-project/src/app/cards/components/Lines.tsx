import { Flex, Text } from '@hubspot/ui-extensions';

/** A text with its line breaks kept: HubSpot's Text would run them together. */
export function Lines({ text, muted = false }: { text: string; muted?: boolean }) {
  const variant = muted ? 'microcopy' : 'bodytext';
  const lines = text.split('\n');
  if (lines.length === 1) return <Text variant={variant}>{text}</Text>;
  return (
    <Flex direction="column" gap="flush">
      {lines.map((line, index) => (
        <Text key={index} variant={variant}>
          {line || '\u00a0'}
        </Text>
      ))}
    </Flex>
  );
}
