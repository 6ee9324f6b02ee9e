import type { ModalBodyProps, ModalFooterProps, ModalProps } from '@hubspot/ui-extensions';
import { useEffect, useId, useRef } from 'react';
import { useOverlay } from '../overlays';
import { classes, size } from './shared';

export function Modal(props: ModalProps) {
  const { open, close } = useOverlay(props.id);
  return open ? <OpenModal {...props} close={close} /> : null;
}

/** A real dialog: the browser keeps the focus in it and closes it on Escape. */
function OpenModal({
  title,
  variant = 'default',
  width,
  onOpen,
  onClose,
  children,
  close,
  testId,
}: ModalProps & { close: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const titleId = useId();
  useEffect(() => {
    dialog.current?.showModal();
    onOpen?.();
    return () => onClose?.();
    // Opening happens once; a fresh callback from the card must not reopen it.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
  return (
    <dialog
      ref={dialog}
      className={classes('hs-modal', `hs-modal--${variant}`, `hs-modal--${size(width, 'sm')}`)}
      aria-labelledby={titleId}
      onClose={close}
      data-testid={testId}
    >
      <div className="hs-modal-head">
        <h2 id={titleId}>{title}</h2>
        <button type="button" aria-label="Close" onClick={close}>
          ×
        </button>
      </div>
      {children}
    </dialog>
  );
}

export function ModalBody({ children, testId }: ModalBodyProps) {
  return (
    <div className="hs-modal-body" data-testid={testId}>
      {children}
    </div>
  );
}

export function ModalFooter({ children, testId }: ModalFooterProps) {
  return (
    <div className="hs-modal-footer" data-testid={testId}>
      {children}
    </div>
  );
}
