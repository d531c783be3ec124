//! The lifecycle's tables in ARCHITECTURE.md say what `decide` does; they are made here, from `decide` itself.
//!
//! After a change of the lifecycle: `FAIRLEAD_TABLES=write cargo test --workspace --test tidy lifecycle`.

mod cell;
mod life;
mod record;
mod rows;

use crate::tree::{read, root};

const BEGIN: &str =
    "<!-- lifecycle: made by tests/tidy/lifecycle.rs, which says how to make it anew -->";
const END: &str = "<!-- lifecycle ends -->";

/// What stands between the two marks.
fn tables() -> String {
    let all = [
        rows::inputs(),
        rows::answers(),
        rows::findings(),
        record::obstacles(),
        record::renders(),
        record::orders(),
    ];
    all.map(|rows| table(&rows)).join("\n")
}

fn table(rows: &[Vec<String>]) -> String {
    let line = |cells: &Vec<String>| format!("| {} |\n", cells.join(" | "));
    let rule = format!("|{}\n", "---|".repeat(rows[0].len()));
    let rest: String = rows[1..].iter().map(line).collect();
    format!("{}{rule}{rest}", line(&rows[0]))
}

#[test]
fn the_architectures_tables_of_the_lifecycle_are_what_decide_does() {
    let document = read("ARCHITECTURE.md");
    let (before, rest) = document.split_once(BEGIN).expect("ARCHITECTURE.md marks its tables");
    let (said, after) = rest.split_once(END).expect("ARCHITECTURE.md marks the tables' end");
    let made = format!("\n\n{}\n", tables());
    if said == made {
        return;
    }
    if std::env::var("FAIRLEAD_TABLES").is_ok_and(|what| what == "write") {
        let document = format!("{before}{BEGIN}{made}{END}{after}");
        std::fs::write(root().join("ARCHITECTURE.md"), document).expect("it can be written");
        return;
    }
    let other = made.lines().find(|line| !said.lines().any(|old| old == *line));
    panic!(
        "ARCHITECTURE.md, \"The lifecycle\": write the tables anew with\n  \
         FAIRLEAD_TABLES=write cargo test --workspace --test tidy lifecycle\n\
         decide does, and the document does not say: {}",
        other.unwrap_or("less than it says")
    );
}
