import { Alert, Flex, List, StatusTag, Tag, Text } from '@hubspot/ui-extensions';
import type { Milestone, StepItem, Steps } from '../../types';
import { ActionRow } from '../ActionRow';
import { FormBlock } from '../FormBlock';

/** A plan: the steps of each milestone. A progress block beside it draws the milestones as a track. */
export function StepsBlock({ block }: { block: Steps }) {
  return (
    <Flex direction="column" gap="sm">
      <Text format={{ fontWeight: 'demibold' }}>{block.label}</Text>
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
        {milestone.steps.length > 0 ? (
          <Text variant="microcopy">{`${done} of ${milestone.steps.length} done`}</Text>
        ) : null}
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
      {step.edit ? <FormBlock form={step.edit} quiet /> : null}
    </Flex>
  );
}
