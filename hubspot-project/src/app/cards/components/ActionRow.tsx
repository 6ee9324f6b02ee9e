import {
  Button,
  Flex,
  LoadingButton,
  Modal,
  ModalBody,
  ModalFooter,
  Text,
  Tooltip,
} from '@hubspot/ui-extensions';
import { useId } from 'react';
import { useExtensionActions } from '@hubspot/ui-extensions';
import { useCardScope } from '../CardContext';
import type { Command } from '../hooks/useCommand';
import { useCommand } from '../hooks/useCommand';
import type { Action, Style } from '../types';
import { CommandFault } from './CommandFault';

const VARIANT = {
  primary: 'primary',
  secondary: 'secondary',
  danger: 'destructive',
  link: 'transparent',
} as const satisfies Record<Style, string>;

type Size = 'xs' | 'sm' | 'md';

/** The buttons of a block, and beneath them why the last one pressed did not work. */
export function ActionRow({ actions, size = 'sm' }: { actions: readonly Action[]; size?: Size }) {
  const { backend, done } = useCardScope();
  const { state, run, dismiss } = useCommand(backend, done);
  if (actions.length === 0) return null;
  const sending = state.status === 'sending';
  return (
    <Flex direction="column" gap="xs">
      <Flex direction="row" gap="xs" wrap="wrap" align="center">
        {actions.map((action) => (
          <ActionButton key={keyOf(action)} action={action} size={size} sending={sending} run={run} />
        ))}
      </Flex>
      <CommandFault state={state} retry={run} dismiss={dismiss} />
    </Flex>
  );
}

const keyOf = (action: Action) =>
  [action.label, action.command, action.card, JSON.stringify(action.fields)].join(' ');

interface ButtonProps {
  action: Action;
  size: Size;
  sending: boolean;
  run: (command: Command) => Promise<boolean>;
}

function ActionButton({ action, size, sending, run }: ButtonProps) {
  const { open, copy } = useCardScope();
  const look = { variant: VARIANT[action.style], size };
  const overlay = action.hint ? <Tooltip>{action.hint}</Tooltip> : undefined;
  if (action.href)
    return (
      <Button {...look} href={{ url: action.href, external: true }} overlay={overlay}>
        {action.label}
      </Button>
    );
  if (action.copy)
    return (
      <Button {...look} onClick={() => void copy(action.copy)} overlay={overlay}>
        {action.label}
      </Button>
    );
  if (action.card)
    return (
      <Button {...look} onClick={() => open(action.card, action.fields)} overlay={overlay}>
        {action.label}
      </Button>
    );
  const send = () => void run({ command: action.command, fields: action.fields, undo: action.undo });
  if (action.confirm) return <ConfirmedButton action={action} size={size} sending={sending} send={send} />;
  return (
    <Button {...look} disabled={sending} onClick={send} overlay={overlay}>
      {action.label}
    </Button>
  );
}

interface ConfirmedProps {
  action: Action;
  size: Size;
  sending: boolean;
  send: () => void;
}

/** Asks once, in the words of the action, before it is sent. */
function ConfirmedButton({ action, size, sending, send }: ConfirmedProps) {
  const { closeOverlay } = useExtensionActions<'crm.record.tab'>();
  const id = `confirm-${useId()}`;
  const danger = action.style === 'danger';
  const confirm = () => {
    closeOverlay(id);
    send();
  };
  const modal = (
    <Modal id={id} title={action.hint || action.label} variant={danger ? 'danger' : 'default'} width="sm">
      <ModalBody>
        <Text>{action.confirm}</Text>
      </ModalBody>
      <ModalFooter>
        <LoadingButton variant={danger ? 'destructive' : 'primary'} loading={sending} onClick={confirm}>
          {action.label}
        </LoadingButton>
        <Button variant="secondary" onClick={() => closeOverlay(id)}>
          Cancel
        </Button>
      </ModalFooter>
    </Modal>
  );
  return (
    <Button variant={VARIANT[action.style]} size={size} disabled={sending} overlay={modal}>
      {action.label}
    </Button>
  );
}
