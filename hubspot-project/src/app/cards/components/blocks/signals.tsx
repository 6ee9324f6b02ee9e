import { Alert, EmptyState, Flex, ProgressBar, StatusTag, StepIndicator, Text } from '@hubspot/ui-extensions';
import { useCardScope } from '../../CardContext';
import { ALERT, DOT } from '../../tones';
import type { Alert as AlertDocument, Empty, Progress, Status } from '../../types';
import { ActionRow } from '../ActionRow';
import { Lines } from '../Lines';

export function AlertBlock({ block }: { block: AlertDocument }) {
  return (
    <Alert title={block.title} variant={ALERT[block.tone]}>
      <Flex direction="column" gap="xs">
        {block.text ? <Lines text={block.text} /> : null}
        <ActionRow actions={block.actions} size="xs" />
      </Flex>
    </Alert>
  );
}

export function StatusBlock({ block }: { block: Status }) {
  const { wide } = useCardScope();
  return (
    <Flex direction="column" gap="flush">
      <Flex direction="row" justify="between" align="center" gap="xs" wrap="wrap">
        <Flex direction="row" align="baseline" gap="xs" wrap="wrap">
          <StatusTag variant={DOT[block.tone]}>{block.text}</StatusTag>
          {wide && block.title ? <Text variant="microcopy">{block.title}</Text> : null}
        </Flex>
        <ActionRow actions={block.actions} size="xs" />
      </Flex>
      {block.detail ? <Text variant="microcopy">{block.detail}</Text> : null}
    </Flex>
  );
}

export function ProgressBlock({ block }: { block: Progress }) {
  const { wide } = useCardScope();
  if (block.stages.length === 0)
    return (
      <ProgressBar
        title={block.label}
        aria-label={block.label}
        value={block.percent}
        showPercentage
        valueDescription={block.detail || undefined}
      />
    );
  return (
    <Flex direction="column" gap="xs">
      <Text format={{ fontWeight: 'demibold' }}>{block.label}</Text>
      <StepIndicator
        stepNames={block.stages.map(([name]) => name)}
        currentStep={currentOf(block.stages.map(([, state]) => state))}
        direction={wide ? 'horizontal' : 'vertical'}
        circleSize="xs"
      />
      {block.detail ? <Text variant="microcopy">{block.detail}</Text> : null}
    </Flex>
  );
}

/** The first stage that is not done; past the last one when all are. */
export function currentOf(states: readonly string[]): number {
  const current = states.findIndex((state) => state !== 'done');
  return current === -1 ? states.length : current;
}

export function EmptyBlock({ block }: { block: Empty }) {
  return (
    <EmptyState title={block.title} layout="vertical" flush imageWidth={120} imageName="contacts">
      <Flex direction="column" gap="sm" align="center">
        {block.text ? <Lines text={block.text} /> : null}
        {block.action ? <ActionRow actions={[block.action]} /> : null}
      </Flex>
    </EmptyState>
  );
}
