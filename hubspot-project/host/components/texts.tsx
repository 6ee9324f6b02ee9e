import type {
  DescriptionListItemProps,
  DescriptionListProps,
  HeadingProps,
  IconProps,
  ImageProps,
  LinkProps,
  ListProps,
  StatusTagProps,
  TagProps,
  TextProps,
} from '@hubspot/ui-extensions';
import type { MouseEvent } from 'react';
import { Children } from 'react';
import { useOverlayTrigger } from '../overlays';
import { REACTIONS, classes, linkOf, plainEvent } from './shared';

export function Text({ variant = 'bodytext', inline, format = {}, truncate, children, testId }: TextProps) {
  const { fontWeight, italic, lineDecoration, textTransform } = format;
  const name = classes(
    'hs-text',
    `hs-text--${variant}`,
    fontWeight && `hs-weight--${fontWeight}`,
    italic && 'hs-italic',
    lineDecoration && `hs-line--${lineDecoration}`,
    textTransform && `hs-case--${textTransform}`,
    truncate && 'hs-truncate',
  );
  const title = typeof truncate === 'object' ? truncate.tooltipText : undefined;
  const Tag = inline ? 'span' : 'div';
  return (
    <Tag className={name} title={title} data-testid={testId}>
      {children}
    </Tag>
  );
}

export function Heading({ children, testId }: HeadingProps) {
  return (
    <h3 className="hs-heading" data-testid={testId}>
      {children}
    </h3>
  );
}

export function Link({
  href,
  variant = 'primary',
  onClick,
  preventDefault,
  overlay,
  children,
  testId,
}: LinkProps) {
  const { show, layer } = useOverlayTrigger(overlay);
  const click = (event: MouseEvent) => {
    if (preventDefault || overlay) event.preventDefault();
    show();
    void onClick?.(plainEvent('click'), REACTIONS);
  };
  return (
    <>
      <a className={`hs-link hs-link--${variant}`} {...linkOf(href)} onClick={click} data-testid={testId}>
        {children}
      </a>
      {layer}
    </>
  );
}

export function Tag({ variant = 'default', overlay, onClick, children, testId }: TagProps) {
  const { show, layer } = useOverlayTrigger(overlay);
  const name = `hs-tag hs-tag--${variant}`;
  const click = () => {
    show();
    void onClick?.(plainEvent('click'), REACTIONS);
  };
  return (
    <>
      {onClick || overlay ? (
        <button type="button" className={name} onClick={click} data-testid={testId}>
          {children}
        </button>
      ) : (
        <span className={name} data-testid={testId}>
          {children}
        </span>
      )}
      {layer}
    </>
  );
}

export function StatusTag({ variant = 'default', hollow, children, testId }: StatusTagProps) {
  return (
    <span
      className={classes('hs-status', `hs-status--${variant}`, hollow && 'hs-status--hollow')}
      data-testid={testId}
    >
      <span className="hs-status-dot" aria-hidden="true" />
      <span>{children}</span>
    </span>
  );
}

export function Icon({ name, screenReaderText, testId }: IconProps) {
  return (
    <span
      className="hs-icon"
      data-icon={name}
      data-testid={testId}
      role={screenReaderText ? 'img' : undefined}
    >
      {screenReaderText ? <span className="hs-hidden">{screenReaderText}</span> : null}
    </span>
  );
}

export function Image({ src, alt = '', width, height, testId }: ImageProps) {
  return <img className="hs-image" src={src} alt={alt} width={width} height={height} data-testid={testId} />;
}

export function List({ variant = 'unordered', children, testId }: ListProps) {
  const Element = variant.startsWith('ordered') ? 'ol' : 'ul';
  return (
    <Element className={`hs-list hs-list--${variant}`} data-testid={testId}>
      {Children.map(children, (child) => (
        <li>{child}</li>
      ))}
    </Element>
  );
}

export function DescriptionList({ direction = 'column', children, testId }: DescriptionListProps) {
  return (
    <dl className={`hs-dl hs-dl--${direction}`} data-testid={testId}>
      {children}
    </dl>
  );
}

export function DescriptionListItem({ label, children, testId }: DescriptionListItemProps) {
  return (
    <div data-testid={testId}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
