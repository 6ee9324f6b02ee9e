import type { TableCellProps, TableElementProps, TableHeaderProps, TableProps } from '@hubspot/ui-extensions';

export function Table({ bordered = true, density = 'default', children, testId }: TableProps) {
  return (
    <div className="hs-table-scroll" role="region" aria-label="Table" tabIndex={0}>
      <table
        className={`hs-table hs-table--${density}${bordered ? ' hs-table--bordered' : ''}`}
        data-testid={testId}
      >
        {children}
      </table>
    </div>
  );
}

export function TableHead({ children }: TableElementProps) {
  return <thead>{children}</thead>;
}

export function TableBody({ children }: TableElementProps) {
  return <tbody>{children}</tbody>;
}

export function TableFooter({ children }: TableElementProps) {
  return <tfoot>{children}</tfoot>;
}

export function TableRow({ children, testId }: TableElementProps) {
  return <tr data-testid={testId}>{children}</tr>;
}

export function TableHeader({ children, testId }: TableHeaderProps) {
  return (
    <th scope="col" data-testid={testId}>
      {children}
    </th>
  );
}

export function TableCell({ children, colSpan, testId }: TableCellProps) {
  return (
    <td colSpan={colSpan} data-testid={testId}>
      {children}
    </td>
  );
}
