import type {
  AccordionProps,
  AutoGridProps,
  BoxProps,
  CardProps,
  DividerProps,
  FlexProps,
  InlineProps,
  StackProps,
  TabProps,
  TabsProps,
  TileProps,
} from '@hubspot/ui-extensions';
import type { KeyboardEvent } from 'react';
import { createContext, useCallback, useContext, useEffect, useId, useMemo, useState } from 'react';
import { classes, size } from './shared';

export function Flex({
  direction = 'row',
  justify,
  align,
  alignSelf,
  wrap,
  gap,
  children,
  testId,
}: FlexProps) {
  const wraps = wrap === true || wrap === 'wrap';
  const name = classes(
    'hs-flex',
    `hs-flex--${direction}`,
    justify && `hs-justify--${justify}`,
    align && `hs-align--${align}`,
    alignSelf && `hs-self--${alignSelf}`,
    wraps && 'hs-flex--wrap',
    `hs-gap--${size(gap, 'flush')}`,
  );
  return (
    <div className={name} data-testid={testId}>
      {children}
    </div>
  );
}

export function Stack({
  direction = 'column',
  distance = 'sm',
  justify,
  align,
  children,
  testId,
}: StackProps) {
  return (
    <Flex direction={direction} gap={distance} justify={justify} align={align} testId={testId}>
      {children}
    </Flex>
  );
}

export function Inline({ justify, align = 'center', gap = 'sm', children, testId }: InlineProps) {
  return (
    <Flex direction="row" wrap gap={gap} justify={justify} align={align} testId={testId}>
      {children}
    </Flex>
  );
}

export function Box({ flex = 'auto', alignSelf, children, testId }: BoxProps) {
  const name = classes('hs-box', `hs-box--${flex}`, alignSelf && `hs-self--${alignSelf}`);
  return (
    <div className={name} data-testid={testId}>
      {children}
    </div>
  );
}

export function AutoGrid({ gap, children, testId }: AutoGridProps) {
  return (
    <div className={`hs-grid hs-gap--${size(gap, 'flush')}`} data-testid={testId}>
      {children}
    </div>
  );
}

export function Tile({ compact, flush, children, testId }: TileProps) {
  return (
    <div
      className={classes('hs-tile', compact && 'hs-tile--compact', flush && 'hs-tile--flush')}
      data-testid={testId}
    >
      {children}
    </div>
  );
}

export function Card({ children, testId }: CardProps) {
  return <Tile testId={testId}>{children}</Tile>;
}

export function Divider({ size: space, distance, testId }: DividerProps) {
  return <hr className={`hs-divider hs-divider--${size(space ?? distance, 'sm')}`} data-testid={testId} />;
}

export function Accordion({ title, children, defaultOpen, open, testId }: AccordionProps) {
  return (
    <details className="hs-accordion" open={open ?? defaultOpen} data-testid={testId}>
      <summary>{title}</summary>
      <div>{children}</div>
    </details>
  );
}

type TabId = string | number;

interface TabInfo {
  id: TabId;
  title: string;
  disabled: boolean;
}

interface TabsScope {
  base: string;
  selected: TabId | undefined;
  add: (tab: TabInfo) => () => void;
}

const TabsContext = createContext<TabsScope | null>(null);

/** A tab's title is known only to the tab, so tabs announce themselves to the row that holds them. */
export function Tabs({ selected, defaultSelected, onSelectedChange, children, testId }: TabsProps) {
  const base = useId();
  const [tabs, setTabs] = useState<TabInfo[]>([]);
  const [own, setOwn] = useState(defaultSelected);
  const current = selected ?? own ?? tabs[0]?.id;
  const add = useCallback((tab: TabInfo) => {
    setTabs((before) => [...before.filter(({ id }) => id !== tab.id), tab]);
    return () => setTabs((before) => before.filter(({ id }) => id !== tab.id));
  }, []);
  const scope = useMemo(() => ({ base, selected: current, add }), [base, current, add]);

  const choose = (id: TabId) => {
    setOwn(id);
    (onSelectedChange as ((id: TabId) => void) | undefined)?.(id);
  };
  const move = (event: KeyboardEvent, index: number) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const next = step && tabs[(index + step + tabs.length) % tabs.length];
    if (!next) return;
    choose(next.id);
    document.getElementById(`${base}-tab-${next.id}`)?.focus();
  };

  return (
    <TabsContext.Provider value={scope}>
      <div className="hs-tabs" data-testid={testId}>
        <div role="tablist" className="hs-tablist">
          {tabs.map(({ id, title, disabled }, index) => (
            <button
              key={id}
              type="button"
              role="tab"
              id={`${base}-tab-${id}`}
              aria-controls={`${base}-panel-${id}`}
              aria-selected={id === current}
              tabIndex={id === current ? 0 : -1}
              disabled={disabled}
              onClick={() => choose(id)}
              onKeyDown={(event) => move(event, index)}
            >
              {title}
            </button>
          ))}
        </div>
        {children}
      </div>
    </TabsContext.Provider>
  );
}

export function Tab({ tabId, title = '', disabled = false, children, testId }: TabProps) {
  const scope = useContext(TabsContext);
  const fallback = useId();
  const id = tabId ?? fallback;
  const add = scope?.add;
  useEffect(() => add?.({ id, title, disabled }), [add, id, title, disabled]);
  return (
    <div
      role="tabpanel"
      id={`${scope?.base}-panel-${id}`}
      aria-labelledby={`${scope?.base}-tab-${id}`}
      hidden={scope?.selected !== id}
      data-testid={testId}
    >
      {children}
    </div>
  );
}
