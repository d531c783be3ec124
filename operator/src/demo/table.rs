//! The live table of the demo.

use comfy_table::{Table, TableStyle};

use fairlead_core::{entry::State, history::one_line};

use crate::demo::case::{End, Row, Via};

/// The table as text, one line an example.
pub(crate) fn of(rows: &[Row]) -> String {
    let mut table = Table::new();
    table.load_style(TableStyle::new());
    table.set_header(["", "RECORD", "WHAT IT SHOWS", "VIA", "STATE", "CALLS", "LAST"]);
    for row in rows {
        let via = if row.case.via == Via::Api { "API" } else { "EventBridge" };
        let mark = if row.is_good() { "ok" } else { "" };
        table.add_row([
            mark.to_owned(),
            row.case.record.to_owned(),
            row.case.shows.to_owned(),
            via.to_owned(),
            state(row),
            row.attempts.to_string(),
            one_line(&row.last, 60),
        ]);
    }
    table.trim_fmt()
}

fn state(row: &Row) -> String {
    match (row.case.end, &row.state) {
        (End::Duplicate, _) if row.duplicate => "duplicate recognised".to_owned(),
        (End::Refused, _) => match row.answered {
            Some(status) => format!("refused: {status}"),
            None => String::new(),
        },
        (_, Some(State::Parked { class, .. })) => {
            let told = if row.alerted { ", owner alerted" } else { "" };
            format!("parked: {}{told}", class.word())
        }
        (_, Some(state)) => state.word().to_owned(),
        (_, None) => "on its way".to_owned(),
    }
}
