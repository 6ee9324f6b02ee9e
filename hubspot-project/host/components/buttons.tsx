import type { ButtonProps, ButtonRowProps, LoadingButtonProps } from '@hubspot/ui-extensions';
import { useOverlayTrigger } from '../overlays';
import { REACTIONS, classes, linkOf, plainEvent, size } from './shared';

type Props = Omit<ButtonProps, 'variant'> & { variant?: ButtonProps['variant']; busy?: boolean };

export function Button(props: Props) {
  const {
    variant = 'secondary',
    type = 'button',
    disabled,
    busy,
    href,
    overlay,
    onClick,
    children,
    testId,
  } = props;
  const { show, layer } = useOverlayTrigger(overlay);
  const name = classes('hs-button', `hs-button--${variant}`, `hs-button--${size(props.size, 'md')}`);
  const click = () => {
    show();
    void onClick?.(plainEvent('click'), REACTIONS);
  };
  return (
    <span className="hs-trigger">
      {href ? (
        <a className={name} {...linkOf(href)} onClick={click} data-testid={testId}>
          {children}
        </a>
      ) : (
        <button
          type={type}
          className={name}
          disabled={disabled}
          aria-busy={busy}
          onClick={click}
          data-testid={testId}
        >
          {busy ? <span className="hs-spinner hs-spinner--xs" aria-hidden="true" /> : null}
          {children}
        </button>
      )}
      {layer}
    </span>
  );
}

export function LoadingButton({ loading = false, disabled, ...rest }: LoadingButtonProps) {
  return <Button {...rest} busy={loading} disabled={disabled || loading} />;
}

export function ButtonRow({ children, testId }: ButtonRowProps) {
  return (
    <div className="hs-flex hs-flex--row hs-flex--wrap hs-gap--sm" data-testid={testId}>
      {children}
    </div>
  );
}
