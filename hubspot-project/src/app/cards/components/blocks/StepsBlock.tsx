import { Alert, Flex, List, StatusTag, StepIndicator, Tag, Text } from '@hubspot/ui-extensions';
import { useCardScope } from '../../CardContext';
import type { Milestone, StepItem, Steps } from '../../types';
import { ActionRow } from '../ActionRow';
import { FormBlock } from '../FormBlock';
import { currentOf } from './signals';

/** A plan: its milestones as a track, and beneath them the steps of each. */
export function StepsBlock({ block }: { block: Steps }) {
  const { wide } = useCardScope();
  return (
    <Flex direction="column" gap="sm">
      <Text format={{ fontWeight: 'demibold' }}>{block.label}</Text>
      {block.milestones.length > 1 && wide ? (
        <StepIndicator
          stepNames={block.milestones.map((milestone) => milestone.title)}
          currentStep={currentOf(block.milestones.map((milestone) => milestone.state))}
          circleSize="xs"
        />
      ) : null}
      {block.milestones.map((milestone) => (
        <MilestoneView key={milestone.title} milestone={milestone} />
      ))}
    </Flex>
  );
}

function MilestoneView({ milestone }: { milestone: Milestone }) {
  const done = milestone.steps.filter((step) => step.state === 'done').length;
  return (
    <Flex direction="column" gap="xs">
      <Flex direction="row" justify="between" align="baseline">
        <Text format={{ fontWeight: 'bold' }}>{milestone.title}</Text>
        <Text variant="microcopy">
          {done} of {milestone.steps.length} done
        </Text>
      </Flex>
      <List variant="unordered">
        {milestone.steps.map((step) => (
          <StepRow key={step.id} step={step} />
        ))}
      </List>
    </Flex>
  );
}

const DOT = { done: 'success', late: 'danger', open: 'default' } as const satisfies Record<
  StepItem['state'],
  string
>;

function StepRow({ step }: { step: StepItem }) {
  const facts = [
    step.owner,
    step.full && step.full !== step.when ? `${step.when} (${step.full})` : step.when,
  ];
  return (
    <Flex direction="column" gap="xs">
      <Flex direction="row" justify="between" align="center" gap="sm" wrap="wrap">
        <StatusTag variant={DOT[step.state]} hollow={step.state === 'open'}>
          {step.title}
        </StatusTag>
        <ActionRow actions={step.actions} size="xs" />
      </Flex>
      <Flex direction="row" gap="xs" align="center" wrap="wrap">
        {step.audience === 'team' ? <Tag inline>Only your team</Tag> : null}
        <Text variant="microcopy">{facts.filter(Boolean).join(' · ')}</Text>
      </Flex>
      {step.note ? <Text variant="microcopy">{step.note}</Text> : null}
      {step.refusal ? (
        <Alert title="HubSpot did not take this step" variant="danger">
          {step.refusal}
        </Alert>
      ) : null}
      {step.edit ? <FormBlock form={step.edit} /> : null}
    </Flex>
  );
}
