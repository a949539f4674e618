//! Cells and their names: a column's letter, a row's number.

use std::fmt;

/// How many rows there are. Columns have the letters from A to Z.
const ROWS: usize = 99;

/// How many cells there are.
pub(crate) const CELLS: usize = COLUMNS * ROWS;

const COLUMNS: usize = 26;

/// A cell, by number: row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CellId(pub(crate) usize);

impl CellId {
    /// The cell with a name: `A1`, say.
    pub(crate) fn parse(name: &str) -> Option<CellId> {
        let (column, row) = name.split_at_checked(1)?;
        let column = usize::from(column.bytes().next()?.checked_sub(b'A')?);
        let row = row.parse::<usize>().ok()?.checked_sub(1)?;
        // There is one name for each cell: `A01` is none.
        Some(CellId(row.checked_mul(COLUMNS)?.checked_add(column)?))
            .filter(|cell| cell.0 < CELLS && cell.to_string() == name)
    }

    /// All cells of the rectangle between two corners, row by row.
    pub(crate) fn rectangle(corner: CellId, opposite: CellId) -> impl Iterator<Item = CellId> {
        let [(column, row), (other_column, other_row)] =
            [corner, opposite].map(CellId::column_and_row);
        let rows = row.min(other_row)..=row.max(other_row);
        let columns = column.min(other_column)..=column.max(other_column);
        rows.flat_map(move |row| columns.clone().map(move |column| CellId(row * COLUMNS + column)))
    }

    /// Both counted from 0.
    fn column_and_row(self) -> (usize, usize) {
        (self.0 % COLUMNS, self.0 / COLUMNS)
    }
}

impl fmt::Display for CellId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (column, row) = self.column_and_row();
        write!(f, "{}{}", char::from(b'A' + column as u8), row + 1)
    }
}
