import { Flex, Image, List, StatusTag, Text } from '@hubspot/ui-extensions';
import { useCardScope } from '../../CardContext';
import { chartPicture } from '../../chartPicture';
import { DOT } from '../../tones';
import type { Chart } from '../../types';

/** A picture where there is room for one; in words, for every reader, always. */
export function ChartBlock({ block }: { block: Chart }) {
  const { wide } = useCardScope();
  return (
    <Flex direction="column" gap="xs">
      <Text format={{ fontWeight: 'demibold' }}>{block.title}</Text>
      {wide && block.bars.length > 0 ? (
        <Image src={chartPicture(block)} alt={block.alternative} width={640} />
      ) : (
        <BarList block={block} />
      )}
      <Text variant="microcopy">{block.alternative}</Text>
    </Flex>
  );
}

function BarList({ block }: { block: Chart }) {
  return (
    <List variant="unordered">
      {block.bars.map((bar, index) => (
        <Flex key={index} direction="column" gap="flush">
          <StatusTag variant={DOT[bar.tone]}>{bar.label}</StatusTag>
          {bar.detail ? <Text variant="microcopy">{bar.detail}</Text> : null}
        </Flex>
      ))}
    </List>
  );
}
