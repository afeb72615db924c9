import type { PagePart, PagePlan, PlannedField, RowPlan } from '../plan.ts';
import { isWritten } from './value.ts';

/** Whether the database can write the text of these fields, and of all that hangs under them. */
export function isRowWritable(row: RowPlan, fields: readonly PlannedField[]): boolean {
  return fields.every((field) => isFieldWritable(row, field));
}

export function isPageWritable({ row, parts }: PagePlan): boolean {
  return parts.every((part) => isPartWritable(row, part));
}

function isPartWritable(row: RowPlan, part: PagePart): boolean {
  if (part.kind === 'nodes') return isRowWritable(row, part.fields);
  if (part.kind !== 'edges') return true;
  return part.parts.every((own) => own.kind !== 'node' || isRowWritable(row, own.fields));
}

function isFieldWritable(row: RowPlan, field: PlannedField): boolean {
  switch (field.kind) {
    case 'cell': {
      const cell = row.cells[field.at]!;
      if (cell.kind === 'column') return isWritten(cell.codec);
      return cell.kind !== 'derived' || isWritten(row.noun.derived[cell.name]!.codec);
    }
    case 'one':
    case 'rows':
      return isRowWritable(field.row, field.fields);
    case 'page':
      return isPageWritable(field.page);
    case 'place':
    case 'id':
    case 'typename':
      return true;
    // Execution makes an error of the first, and asks a resolver for the others.
    case 'forbidden':
    case 'facts':
    case 'resolved':
      return false;
  }
}
