import type {
  AlertProps,
  EmptyStateProps,
  ErrorStateProps,
  LoadingSpinnerProps,
  ProgressBarProps,
  StepIndicatorProps,
  TooltipProps,
} from '@hubspot/ui-extensions';
import { classes, size } from './shared';

export function Alert({ title, variant = 'info', children, testId }: AlertProps) {
  const loud = variant === 'danger' || variant === 'error';
  return (
    <div className={`hs-alert hs-alert--${variant}`} role={loud ? 'alert' : 'status'} data-testid={testId}>
      <div className="hs-alert-title">{title}</div>
      <div>{children}</div>
    </div>
  );
}

export function EmptyState({ title, layout = 'horizontal', flush, children, testId }: EmptyStateProps) {
  return (
    <div
      className={classes('hs-empty', `hs-empty--${layout}`, flush && 'hs-empty--flush')}
      data-testid={testId}
    >
      {title ? <h3 className="hs-heading">{title}</h3> : null}
      {children}
    </div>
  );
}

export function ErrorState({
  title = 'Something went wrong',
  type = 'error',
  children,
  testId,
}: ErrorStateProps) {
  return (
    <div className={`hs-empty hs-error hs-error--${type}`} role="alert" data-testid={testId}>
      <h3 className="hs-heading">{title}</h3>
      {children}
    </div>
  );
}

export function LoadingSpinner({
  label,
  showLabel,
  layout = 'inline',
  size: given,
  testId,
}: LoadingSpinnerProps) {
  return (
    <div className={`hs-loading hs-loading--${layout}`} role="status" data-testid={testId}>
      <span className={`hs-spinner hs-spinner--${size(given, 'sm')}`} aria-hidden="true" />
      <span className={showLabel ? undefined : 'hs-hidden'}>{label}</span>
    </div>
  );
}

export function ProgressBar(props: ProgressBarProps) {
  const {
    title,
    value = 0,
    maxValue = 100,
    showPercentage,
    valueDescription,
    variant = 'success',
    testId,
  } = props;
  return (
    <div className={`hs-progress hs-progress--${variant}`} data-testid={testId}>
      <div className="hs-progress-head">
        <span>{title}</span>
        {showPercentage ? <span>{Math.round((100 * value) / maxValue)}%</span> : null}
      </div>
      <progress value={value} max={maxValue} aria-label={props['aria-label'] ?? title} />
      {valueDescription ? <div className="hs-text hs-text--microcopy">{valueDescription}</div> : null}
    </div>
  );
}

export function StepIndicator({
  stepNames,
  currentStep = 0,
  direction = 'horizontal',
  testId,
}: StepIndicatorProps) {
  const stateOf = (index: number) =>
    index < currentStep ? 'done' : index === currentStep ? 'current' : 'ahead';
  return (
    <ol className={`hs-steps hs-steps--${direction}`} data-testid={testId}>
      {stepNames.map((name, index) => (
        <li
          key={name}
          className={`hs-step--${stateOf(index)}`}
          aria-current={index === currentStep ? 'step' : undefined}
        >
          <span className="hs-step-dot" aria-hidden="true" />
          <span>{name}</span>
          {index < currentStep ? <span className="hs-hidden"> (done)</span> : null}
        </li>
      ))}
    </ol>
  );
}

export function Tooltip({ children, testId }: TooltipProps) {
  return (
    <span className="hs-tooltip" role="tooltip" data-testid={testId}>
      {children}
    </span>
  );
}
