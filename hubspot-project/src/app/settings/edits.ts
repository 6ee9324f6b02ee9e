import type { Field, Policy, Safelist } from './types';

/** Changed cells of one type's safelist: `object/field` to its new treatment. */
export type Edits = Record<string, string>;

export const cellOf = (object: string, field: string) => `${object}/${field}`;

/** The whole policy with the edits laid over one type of it. */
export function edited({ body, type }: Safelist, edits: Edits): Policy {
  const objects = { ...body[type] };
  for (const [cell, treatment] of Object.entries(edits)) {
    const [object = '', ...field] = cell.split('/');
    objects[object] = { ...objects[object], [field.join('/')]: treatment };
  }
  return { ...body, [type]: objects };
}

/** The fields worth a line without being searched for: those we know by name, and whatever is shown or changed. */
export function listed(object: string, fields: Field[], edits: Edits, query: string): Field[] {
  const wanted = query.trim().toLowerCase();
  return fields.filter((field) => {
    if (field.never) return false;
    if (wanted) return `${field.label}\n${field.api_name}`.toLowerCase().includes(wanted);
    const open = field.treatment !== 'absent' || cellOf(object, field.name) in edits;
    return open || !field.name.startsWith('crm:');
  });
}
