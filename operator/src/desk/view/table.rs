//! Tables and ages, as every list of the desk has them.

use std::time::Duration;

use comfy_table::{CellAlignment, Table, TableStyle};
use jiff::Timestamp;

/// A table without lines. A head that begins with `>` stands over a column of numbers.
pub(crate) fn table<const N: usize>(
    head: [&str; N],
    rows: impl IntoIterator<Item = [String; N]>,
) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_header(head.map(|name| name.trim_start_matches('>')));
    for row in rows {
        table.add_row(row);
    }
    for (column, name) in table.column_iter_mut().zip(head) {
        if name.starts_with('>') {
            column.set_cell_alignment(CellAlignment::Right);
        }
        column.set_padding((0, 2));
    }
    let text = table.trim_fmt();
    text.lines().map(|line| format!("{}\n", line.trim_end())).collect()
}

/// How long ago, in one unit: `12 s`, `37 min`, `5 h`, `3 d`.
pub(crate) fn age(since: Timestamp, now: Timestamp) -> String {
    length(Duration::try_from(now.duration_since(since)).unwrap_or_default())
}

/// A length of time in one unit: `12 s`, `37 min`, `5 h`, `3 d`.
pub(crate) fn length(of: Duration) -> String {
    let seconds = of.as_secs();
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7_200 => format!("{} min", seconds / 60),
        7_200..172_800 => format!("{} h", seconds / 3_600),
        _ => format!("{} d", seconds / 86_400),
    }
}

/// A number with commas between the thousands.
pub(crate) fn number(of: usize) -> String {
    let digits = of.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 record needs`, `14 records need`: the verb goes with the number.
pub(crate) fn counted(of: usize, one: &str, more: &str) -> String {
    format!("{} {}", number(of), if of == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_and_numbers_read_as_people_write_them() {
        let seconds = [0, 12, 119, 120, 2_220, 7_200, 172_800].map(Duration::from_secs);
        assert_eq!(seconds.map(length), ["0 s", "12 s", "119 s", "2 min", "37 min", "2 h", "2 d"]);
        assert_eq!([0, 999, 9_204, 1_234_567].map(number), ["0", "999", "9,204", "1,234,567"]);
    }
}
