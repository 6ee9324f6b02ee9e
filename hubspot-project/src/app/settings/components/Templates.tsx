import {
  Accordion,
  EmptyState,
  Flex,
  Heading,
  LoadingButton,
  Select,
  StatusTag,
  Table,
  TableBody,
  TableCell,
  TableHead,
  TableHeader,
  TableRow,
  Text,
} from '@hubspot/ui-extensions';
import type { Api, Command, Done } from '../api';
import { useCommand } from '../hooks/useCommand';
import { useNewest } from '../hooks/useNewest';
import type { Motion, Template } from '../types';
import { Fault } from './Fault';

interface Props {
  api: Api;
  templates: Template[];
  motions: Motion[];
  done: (done: Done) => void;
}

/** The templates that sellers start plans from. A published version never changes; editing it begins the next. */
export function Templates({ api, templates, motions, done }: Props) {
  return (
    <Flex direction="column" gap="md">
      {templates.length > 0 ? (
        templates.map((template) => (
          <TemplateCard
            key={`${template.id}-${template.version}`}
            api={api}
            template={template}
            done={done}
          />
        ))
      ) : (
        <EmptyState title="No template yet" flush layout="vertical" imageWidth={120}>
          <Text>Begin with one of our examples, look at its steps, and publish it.</Text>
        </EmptyState>
      )}
      <Begin api={api} motions={motions} done={done} />
      <Text variant="microcopy">Steps are edited row by row on the admin pages, under Plans.</Text>
    </Flex>
  );
}

const STATES = { draft: 'warning', published: 'success', retired: 'default' } as const;

const BUTTONS: Record<Template['state'], [command: string, label: string][]> = {
  draft: [
    ['template.publish', 'Publish'],
    ['template.discard', 'Discard'],
  ],
  published: [['template.retire', 'Retire']],
  retired: [],
};

function TemplateCard({ api, template, done }: { api: Api; template: Template; done: (done: Done) => void }) {
  const { state, run } = useCommand(api, done);
  const fields = { template_id: template.id, version: template.version };
  return (
    <Flex direction="column" gap="sm">
      <Flex direction="row" gap="sm" align="center" wrap>
        <Heading>{`${template.name}, version ${template.version}`}</Heading>
        <StatusTag variant={STATES[template.state]}>{template.state_label}</StatusTag>
        <Text variant="microcopy">{template.motion_label}</Text>
      </Flex>
      <Accordion title={`Steps (${template.steps.length})`} size="small">
        <Steps template={template} />
      </Accordion>
      <Fault state={state} />
      <Flex direction="row" gap="sm" wrap>
        {BUTTONS[template.state].map(([command, label]) => (
          <LoadingButton
            key={command}
            size="xs"
            variant={command === 'template.publish' ? 'primary' : 'secondary'}
            loading={state.status === 'sending'}
            onClick={() => void run({ command, fields } satisfies Command)}
            testId={`${command}-${template.id}`}
          >
            {`${label} ${template.name}`}
          </LoadingButton>
        ))}
      </Flex>
    </Flex>
  );
}

function Steps({ template }: { template: Template }) {
  return (
    <Table bordered>
      <TableHead>
        <TableRow>
          <TableHeader>Step</TableHeader>
          <TableHeader>Milestone</TableHeader>
          <TableHeader>Who does it</TableHeader>
          <TableHeader>Due</TableHeader>
        </TableRow>
      </TableHead>
      <TableBody>
        {template.steps.map((step) => (
          <TableRow key={step.key}>
            <TableCell>
              <Text>{step.title}</Text>
              {step.note ? <Text variant="microcopy">{step.note}</Text> : null}
            </TableCell>
            <TableCell>{step.milestone}</TableCell>
            <TableCell>{step.who}</TableCell>
            <TableCell>{step.due || 'The seller sets it'}</TableCell>
          </TableRow>
        ))}
      </TableBody>
    </Table>
  );
}

function Begin({ api, motions, done }: { api: Api; motions: Motion[]; done: (done: Done) => void }) {
  const { shown: sample, newest, set } = useNewest(motions[0]?.value ?? '');
  const { state, run } = useCommand(api, done);
  return (
    <Flex direction="column" gap="sm">
      <Select
        label="Begin a template from our example for"
        name="sample"
        options={motions.map(({ value, label }) => ({ value, label }))}
        value={sample}
        onChange={(value) => set(() => String(value))}
      />
      <Fault state={state} />
      <Flex direction="row">
        <LoadingButton
          variant="secondary"
          loading={state.status === 'sending'}
          onClick={() => void run({ command: 'template.from_sample', fields: { sample: newest() } })}
          testId="begin-template"
        >
          Begin a draft
        </LoadingButton>
      </Flex>
    </Flex>
  );
}
